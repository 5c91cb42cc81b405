import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import products
from delivery.check import Fault, check
from sixfold.contract import load_product

Faults = Callable[[str, str, str], list[Fault]]


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Faults:
    """A function `(file, old, new) -> faults`: those of the reference product with one text replaced."""
    folder = tmp_path / "flight_delays"
    shutil.copytree(Path(products.__path__[0], "flight_delays"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(products, "__path__", [str(tmp_path)])
    monkeypatch.setattr(products, "flight_delays", None, raising=False)  # an import sets it, and must not for good
    for name in ("products.flight_delays", *(f"products.flight_delays.{path.stem}" for path in folder.glob("*.py"))):
        monkeypatch.setitem(sys.modules, name, products)  # afterwards it is what it was, or not there
        monkeypatch.delitem(sys.modules, name)

    def found(file: str, old: str, new: str) -> list[Fault]:
        text = (folder / file).read_text()
        assert old in text
        (folder / file).write_text(text.replace(old, new))
        return check(load_product(folder / "product.yaml"))

    return found


def test_nothing_is_wrong_with_the_reference_product(faults: Faults) -> None:
    assert faults("model.py", "SEARCH", "SEARCH") == []


LATE = "return Prediction(late_probability=score, late=score >= LATE_FROM)"
CASES = {
    "a file that is not there": (
        "sources.py",
        '"weather.csv"',
        '"rain.csv"',
        "data.sources",
        "weather: there is no file",
    ),
    "a source without a contract": ("sources.py", '"planes"', '"ships"', "data.CONTRACTS", "ships has no"),
    "no label table": (
        "curation.py",
        '"labels.flight_delays",',
        '"labels.x",',
        "data.TABLES",
        "labels.flight_delays",
    ),
    "arrivals without a pattern": ("sources.py", "flights-*.csv", "new.csv", "data.sources", "new.csv has no `*`"),
    "a table that stands still": ("curation.py", 'grows_with="flights",', "", "data.TABLES", "flights does not grow"),
    "one that grows with nothing": ("curation.py", 'h="flights"', 'h="ships"', "data.TABLES", "ships is not a source"),
    "one without a key": (
        "curation.py",
        'key="flight_id"',
        'key=""',
        "data.TABLES",
        "curated.flights grows and has no",
    ),
    "one that reads what is not there": ("curation.py", '("airports",)', '("gates",)', "data.TABLES", "gates is not a"),
    "a table of nobody": ("features.py", '"curated.planes", "lab', '"curated.boats", "lab', "features.INPUTS", "boats"),
    "a service of another name": ("features.py", '"flight-delays"', '"flights"', "features.SERVICE", "'flights'"),
    "a feature twice": ("features.py", '"humid", "wind', '"temp", "wind', "features.VIEWS", "temp is there 2 times"),
    "a slice of no entity": ("product.yaml", "origin, carrier]", "crew]", "product.yaml, metric.slices", "crew"),
    "an example that no row is": ("product.yaml", "origin: EWR", "origin: LHR", "product.yaml, example", "origin"),
    "an entity without a key": ("service.py", '"carrier": row.carrier,', "", "service.entities", "missing carrier"),
    "a feature too many": ("service.py", ', "weekday")', ",)", "service.request_features", "surplus weekday"),
    "no number": ("service.py", "float(local.weekday())", "'Monday'", "service.request_features", "Monday"),
    "an answer of another kind": ("service.py", LATE, "return score", "service.predict", "0.5"),
    "a length that is none": ("model.py", '"8 months"', '"8 moons"', "model", "'8 moons' is no length"),
    "a zone that is none": ("model.py", '"America/New_York"', '"New York"', "model", "no time zone 'New York'"),
    "periods of another kind": ("model.py", "PERIODS = Windows(", "PERIODS = dict(", "model.PERIODS", "8 months"),
    "no trial": ("model.py", "in ((15, 200, 1.0), ", "in () and ((15, 200, 1.0), ", "model.SEARCH", "no trial"),
    "no framework": ("model.py", "= LightGBM()", "= 'lightgbm'", "model.FRAMEWORK", "has no `fit`"),
    "a missing value of nobody": ("model.py", "float] = {}", "float] = {'snow': 0}", "model.MISSING", "snow"),
    "a metric of nobody": ("product.yaml", "name: roc_auc", "name: roc", "metrics", "no metric 'roc'"),
    "a name that is missing": ("service.py", "def label_key", "def key_of", "service", "does not define `label_key`"),
    "a module that cannot be read": ("model.py", "= LightGBM()", "= LightGBM() +", "model", "SyntaxError"),
}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("features: {snow: 1}\nexpected: {at_most: 0.5}\n", "the feature snow is not an input of the model"),
        ("features: {temp: 1}\nexpected: {}\n", "write `at_least`"),
    ],
)
def test_a_case_that_is_wrong_is_named_by_its_file(tmp_path: Path, text: str, what: str) -> None:
    shutil.copytree(Path(products.__path__[0], "flight_delays"), folder := tmp_path / "flight_delays")
    (folder / "cases").mkdir()
    (folder / "cases" / "storm.yaml").write_text(text)
    (fault,) = check(load_product(folder / "product.yaml"), tmp_path)
    assert (fault.where, what in fault.what) == ("cases/storm.yaml", True)


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_named_with_its_place_and_what_to_write(case: str, faults: Faults) -> None:
    file, old, new, where, what = CASES[case]
    said = [(fault.where, fault.remedy != "") for fault in faults(file, old, new) if what in fault.what]
    assert (where, True) in said
