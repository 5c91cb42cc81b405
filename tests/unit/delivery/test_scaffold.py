"""`sixfold new`: for every task and framework, what it writes is checked and fitted as it is."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import products
from delivery.scaffold.plan import Wish
from delivery.scaffold.write import source_of, write
from models.candidate import BASELINE
from models.frameworks.base import Part
from models.quality import check
from models.sources import read
from models.training.dataset import split, with_baseline
from models.training.export import export
from models.training.search import matrix
from sixfold.contract import Product, load_product
from sixfold.product import feature_names, load_code
from sixfold.tasks import measure_of, task_of, values

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 1, 1)
EACH = [(task, kind) for task in ("binary", "multiclass", "regression") for kind in ("lightgbm", "xgboost", "sklearn")]
LONG = "the longest name of a column that anybody ever wrote"
ODD = ("Time of day", "a 'quoted' name", "class", "2nd", "It's", "ä", "copy", LONG)
Write = Callable[..., Product]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """A function that writes a product below a folder of the test, from which it can be imported."""
    (root := tmp_path / "products").mkdir()
    (root / "__init__.py").touch()
    monkeypatch.setattr(products, "__path__", [str(root)])

    def make(task: str, framework: str, csv: Path | None = None, **columns: str | None) -> Product:
        data = source_of(task, csv, columns.get("time"), columns.get("label"), columns.get("entity"))
        wish = Wish(f"new-{task}-{framework}".ljust(30, "x"), task, framework, data.time, data.label, data.entity)
        write(data.rows, wish, csv, root, TODAY)
        return load_product(root / wish.package / "product.yaml")

    yield make
    for module in [name for name in sys.modules if name.startswith("products.new_")]:
        del sys.modules[module]


def _examples(product: Product) -> pl.DataFrame:
    """Return the examples with their features, as the lake and the feature store would join them."""
    code = load_code(product)
    (source,) = code.data.sources()
    passed = check(read(source), code.data.CONTRACTS[source.name])
    assert passed.failed.is_empty()
    lake = code.data.curate({source.name: passed.passed}).__getitem__
    (features,) = code.features.tables(lake).values()
    (key,) = code.features.ENTITIES
    spine, known = (frame.sort("event_timestamp") for frame in (code.model.examples(lake), features))
    joined = spine.join_asof(known, on="event_timestamp", by=key)
    return joined.with_columns(task_of(product).encode(joined[code.model.LABEL]).alias("label"))


@pytest.mark.parametrize(("task", "framework"), EACH)
def test_every_task_and_framework_beats_its_naive_forecast_as_written(
    task: str, framework: str, written: Write, tmp_path: Path
) -> None:
    product = written(task, framework)
    code, measure, examples = load_code(product), measure_of(product), _examples(product)
    model = code.model
    cut = model.PERIODS.until(examples["at"].max())  # type: ignore[arg-type] # polars types max as any literal
    learned = examples.filter(pl.col("at") < cut.validate_from)
    naive = with_baseline(task_of(product), examples, learned, model.BASELINE)
    train, validate, test = split(naive, cut)
    names = (*feature_names(code.features), *code.service.REQUEST_FEATURES)
    part = [_part(frame, names) for frame in (train, validate, test)]
    fitted = model.FRAMEWORK.fit({**model.FIXED, **model.SEARCH[0]}, part[0], part[1])
    export(fitted, part[2].features, tmp_path / "model.onnx", product.name)
    reached = measure(part[2].labels, fitted.score(part[2].features))
    gain = (reached - measure(part[2].labels, values(test[BASELINE]))) * product.metric.sign
    assert gain > 0
    assert (reached - product.metric.live_threshold) * product.metric.sign > 0


def _part(frame: pl.DataFrame, names: tuple[str, ...]) -> Part:
    return Part(matrix(frame, names, {}), np.asarray(frame["label"].to_numpy(), dtype=float))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_a_stream_asks_for_each_row_of_its_span(task: str, written: Write) -> None:
    code = load_code(written(task, "lightgbm"))
    (source,) = code.data.sources()
    passed = check(read(source), code.data.CONTRACTS[source.name]).passed
    lake = code.data.curate({source.name: passed}).__getitem__
    cut = code.model.PERIODS.until(passed["time"].max())  # type: ignore[arg-type] # polars types max as any literal
    asked = code.stream.requests(lake, cut.validate_from, cut.test_from)
    at = pl.col("time")
    assert asked.height == passed.filter(at >= cut.validate_from, at < cut.test_from).height
    assert code.service.Row.model_validate_json(asked["row"][0])


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A file whose columns have names that no Python has, and text and constants that are of no use."""
    random = np.random.default_rng(1)
    numbers = {name: random.normal(size=100).round(3) for name in ODD[1:]}
    days = pl.Series(ODD[0], [f"2024-{month:02}-{day:02}" for month in range(1, 6) for day in range(1, 21)])
    frame = pl.DataFrame({ODD[0]: days, **numbers, "note": ["a", "b"] * 50, "same": [1] * 100})
    frame.write_csv(path := tmp_path / "odd.csv")
    return path


def test_what_is_written_passes_the_linter_and_the_formatter(written: Write, odd: Path, tmp_path: Path) -> None:
    for task, framework in EACH:
        written(task, framework)
    (tmp_path / "products" / "new_regression_xgboostxxxxxxxx").rename(tmp_path / "products" / "other")
    written("regression", "xgboost", odd, time=ODD[0], label=ODD[1])
    rules = ("--config", str(ROOT / "pyproject.toml"))
    first_party = ("--config", f"src = ['{ROOT}']")
    for command in (("check", *rules, *first_party), ("format", "--check", *rules)):
        _passes(["ruff", *command, str(tmp_path / "products")], tmp_path)


def test_what_is_written_has_the_types_of_the_interface(written: Write, tmp_path: Path) -> None:
    for task, framework in EACH[::4]:
        written(task, framework)
    for package in ("sixfold", "models"):
        (tmp_path / package).symlink_to(ROOT / package)
    cache = str(tmp_path / "cache")
    _passes(["mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", cache, "-p", "products"], tmp_path)


def _passes(command: list[str], folder: Path) -> None:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
