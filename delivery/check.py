"""`sixfold check`: everything that is wrong with a product's folder, before anything is loaded or trained.

The contract is read, each module is imported, and what one of them says is compared with what the others say. It needs
no stack, and takes the seconds that the imports of polars and Feast take.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from traceback import extract_tb
from typing import Any, NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from pydantic import TypeAdapter, ValidationError

from delivery.project import PRODUCTS
from sixfold.cases import FOLDER as CASES
from sixfold.cases import case_files, read_case
from sixfold.contract import Product
from sixfold.elsewhere import REQUIREMENTS, folder_of
from sixfold.errors import SixfoldError
from sixfold.periods import Periods
from sixfold.product import ProductCode, feature_names, load_code
from sixfold.validation import explain

_LAYERS = ("curated", "labels")


class Fault(NamedTuple):
    """One fault of a folder: `where` is a module and a name in it, `remedy` the correction to write."""

    where: str
    what: str
    remedy: str


def check(product: Product, products: Path = PRODUCTS) -> list[Fault]:
    """Return the faults of a product's code, whose folder is below `products`; without any, it can go live."""
    code = load_code(product)
    parts: tuple[tuple[str, Callable[[Product, ProductCode], Iterable[Fault]]], ...] = (
        (REQUIREMENTS, partial(_requirements, products)),
        ("data", _data),
        ("data", _curation),
        ("data", _growth),
        ("features", _features),
        ("service", _service),
        ("model", _model),
        ("metrics", _metric),
        (CASES, partial(_cases, products)),
    )
    found: dict[tuple[str, str], Fault] = {}
    for module, part in parts:
        for fault in _tried(module, part, product, code):
            found.setdefault((fault.what, fault.remedy), fault)  # several parts stumble over a missing module
    return list(found.values())


def _tried(
    module: str, part: Callable[[Product, ProductCode], Iterable[Fault]], product: Product, code: ProductCode
) -> Iterator[Fault]:
    """Yield the faults of a part; an exception in the product's own code is a fault too, and not a traceback."""
    try:
        yield from part(product, code)
    except SixfoldError as error:
        yield Fault(module, error.what, error.remedy)
    except Exception as error:  # noqa: BLE001 - the code is somebody else's, and may raise anything
        frame = extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error}"
        yield Fault(module, said, f"correct it: it was raised in {frame.filename}, line {frame.lineno}")


def _requirements(products: Path, product: Product, _: ProductCode) -> Iterator[Fault]:
    file = folder_of(product.package, products) / REQUIREMENTS
    lines = file.read_text().splitlines() if file.is_file() else []
    for line in filter(None, (line.partition("#")[0].strip() for line in lines)):
        try:
            asked = Requirement(line)
            there = version(asked.name)
        except InvalidRequirement as error:
            yield Fault(REQUIREMENTS, f"{line!r} is no requirement: {error}", "write `name==version` on each line")
        except PackageNotFoundError:
            yield Fault(REQUIREMENTS, f"{asked.name} is not installed", "run `make bootstrap`, which installs it")
        else:
            if not asked.specifier.contains(there, prereleases=True):
                yield Fault(REQUIREMENTS, f"{line} is asked for, and {there} is installed", "run `make bootstrap`")


def _data(product: Product, code: ProductCode) -> Iterator[Fault]:
    sources, contracts = code.data.sources(), code.data.CONTRACTS
    names = [source.name for source in sources]
    yield from _twice("data.sources", names)
    for source in sources:
        if not source.path.is_file():
            yield Fault("data.sources", f"{source.name}: there is no file {source.path}", "correct the path")
        if source.name not in contracts:
            yield Fault(
                "data.CONTRACTS", f"the source {source.name} has no contract", f"add a schema for {source.name!r}"
            )
    for name in sorted(contracts.keys() - set(names)):
        yield Fault("data.CONTRACTS", f"{product.name} has no source {name}", f"remove {name!r}, or add the source")


def _curation(product: Product, code: ProductCode) -> Iterator[Fault]:
    names = [spec.name for spec in code.data.TABLES]
    yield from _twice("data.TABLES", names)
    wanted = [*(f"curated.{source.name}" for source in code.data.sources()), product.label_table]
    for name in wanted:
        if name not in names:
            yield Fault("data.TABLES", f"{name} is missing", "add a TableSpec of that name; `curate` returns its rows")
    for name in names:
        if name.split(".")[0] not in _LAYERS or name.count(".") != 1:
            yield Fault("data.TABLES", f"{name} is no table of {' or '.join(_LAYERS)}", "name it `curated.<name>`")


def _growth(_: Product, code: ProductCode) -> Iterator[Fault]:
    sources = code.data.sources()
    growing = {source.name for source in sources if source.arrivals}
    still = {source.name for source in sources} - growing
    for source in sources:
        if source.arrivals and "*" not in source.arrivals.name:
            yield Fault(
                "data.sources", f"{source.name}: {source.arrivals} has no `*`", "write the pattern of its files"
            )
    tables = {spec.name: spec for spec in code.data.TABLES}
    for name in sorted(growing):
        spec = tables.get(f"curated.{name}")
        if spec and spec.grows_with != name:
            yield Fault("data.TABLES", f"{spec.name} does not grow, and its source does", f"set `grows_with={name!r}`")
    for spec in tables.values():
        if not spec.grows_with:
            continue
        yield from _known(
            "data.TABLES", [spec.grows_with], growing, f"{spec.name} grows with", "a source with arrivals"
        )
        yield from _known("data.TABLES", spec.reads, still, f"{spec.name} reads", "a source that does not grow")
        if not spec.key:
            yield Fault("data.TABLES", f"{spec.name} grows and has no key", "name the column that identifies a row")


def _features(product: Product, code: ProductCode) -> Iterator[Fault]:
    features = code.features
    yield from _known("features.INPUTS", features.INPUTS, _tables(code))
    if features.SERVICE.name != product.name:
        yield Fault(
            "features.SERVICE", f"its name is {features.SERVICE.name!r}", f"call it {product.name!r}, as the product"
        )
    if not features.VIEWS:
        yield Fault("features.VIEWS", "there is no view", "define a feature view")
    keys = {key for view in features.VIEWS for key in view.join_keys}
    yield from _known("features.VIEWS", keys, set(features.ENTITIES), "the join key", "an entity in ENTITIES")
    yield from _twice("features.VIEWS", feature_names(features))
    yield from _known(
        "product.yaml, metric.slices", product.metric.slices, set(features.ENTITIES), "the slice", "an entity"
    )


def _service(product: Product, code: ProductCode) -> Iterator[Fault]:
    service = code.service
    try:
        row = TypeAdapter(service.Row).validate_json(json.dumps(product.example))
    except ValidationError as error:
        yield Fault("product.yaml, example", explain(error, service.Row), "write a row that `service.Row` accepts")
        return
    yield from _same("service.entities", service.entities(row), set(code.features.ENTITIES), "features.ENTITIES")
    given = service.request_features(row)
    yield from _same("service.request_features", given, set(service.REQUEST_FEATURES), "REQUEST_FEATURES")
    for name, value in given.items():
        if not isinstance(value, int | float) or not math.isfinite(value):
            yield Fault("service.request_features", f"{name} is {value!r}", "return a finite number")
    yield from _twice("service.REQUEST_FEATURES", [*feature_names(code.features), *service.REQUEST_FEATURES])
    for name, kind, given_back in (
        ("label_key", str, service.label_key(row)),
        ("predict", service.Prediction, service.predict(_score(product))),
    ):
        if not isinstance(given_back, kind):
            yield Fault(f"service.{name}", f"it returns {given_back!r}", f"return a `{kind.__name__}`")


def _score(product: Product) -> float | list[float]:
    return [1 / len(product.classes)] * len(product.classes) if product.classes else 0.5


def _model(_: Product, code: ProductCode) -> Iterator[Fault]:
    model = code.model
    yield from _known("model.INPUTS", model.INPUTS, _tables(code))
    if not isinstance(model.PERIODS, Periods):
        yield Fault("model.PERIODS", f"it is {model.PERIODS!r}", "write `Windows` or `Dates` of sixfold/periods.py")
    if not model.SEARCH:
        yield Fault("model.SEARCH", "there is no trial", "give the parameters of at least one; an empty dict is one")
    for name in ("fit", "libraries"):
        if not hasattr(model.FRAMEWORK, name):
            yield Fault("model.FRAMEWORK", f"it has no `{name}`", "use one of models/frameworks, or write its methods")
    inputs = {*feature_names(code.features), *code.service.REQUEST_FEATURES}
    yield from _known("model.MISSING", model.MISSING, inputs, "the feature", "an input of the model")


def _metric(product: Product, _: ProductCode) -> Iterable[Fault]:
    from sixfold.tasks import measure_of  # noqa: PLC0415 - numpy, which a folder without code need not wait for

    measure_of(product)
    return ()


def _cases(products: Path, product: Product, code: ProductCode) -> Iterator[Fault]:
    inputs = {*feature_names(code.features), *code.service.REQUEST_FEATURES}
    for path in case_files(folder_of(product.package, products)):
        where = f"{CASES}/{path.name}"
        try:
            case = read_case(path, product)
        except SixfoldError as error:
            yield Fault(where, error.what, error.remedy)
        else:
            yield from _known(where, case.features, inputs, "the feature", "an input of the model")


def _tables(code: ProductCode) -> set[str]:
    return {spec.name for spec in code.data.TABLES}


def _twice(where: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(where, f"{name} is there {count} times", "rename all but one")


def _known(
    where: str, names: Iterable[str], known: set[str], what: str = "the table", of: str = "a table of data.TABLES"
) -> Iterator[Fault]:
    for name in sorted(set(names) - known):
        yield Fault(where, f"{what} {name} is not {of}", f"use one of: {', '.join(sorted(known)) or 'none yet'}")


def _same(where: str, given: Any, wanted: set[str], of: str) -> Iterator[Fault]:  # noqa: ANN401 - whatever it returns
    names = set(given)
    if names != wanted:
        lacks, more = ", ".join(sorted(wanted - names)) or "none", ", ".join(sorted(names - wanted)) or "none"
        yield Fault(where, f"its keys are not those of {of}: missing {lacks}, surplus {more}", "return just those keys")
