"""The code of a product: which modules it has, what each of them defines, and the one way to load them.

A product is a folder. `product.yaml` in it is the contract, which is data (`sixfold.contract`); its modules are code.
Training, serving and the commands reach that code through `load_code` alone: no other file imports a module by a name
that it has put together. A module is imported when it is first asked for, so that a command with nothing to do does not
wait for Feast or polars.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel

from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.periods import Periods

if TYPE_CHECKING:
    import pandera.polars as pa
    import polars as pl

Read = Callable[[str], "pl.DataFrame"]
"""Gives a table of the lake by its name, `layer.name`."""


Baseline = tuple[str, ...] | str | Callable[["pl.DataFrame", "pl.DataFrame"], "pl.Series"]
"""The naive forecast that a model must beat.

Columns group the examples: it is the mean label of a group while the model learned, of classes their frequencies. One
column is the forecast itself: with that of the last known label, persistence. A function gets the learned examples and
all of them, and returns a score for each of these; null where it knows none.
"""


@dataclass(frozen=True)
class Source:
    """A file, and the table that it becomes: CSV (plain, or as the only member of a zip), JSON lines or Parquet.

    `partition_by` names the columns by whose values the raw table is partitioned. `arrivals` is where further files
    arrive, in the order of their names: a path with a `*` in its last part. Such a source grows, each file being a
    batch that is taken once, by content; the tables made of it say so in `grows_with` and `key`. `encoding` is that of
    text files.
    """

    name: str
    path: Path
    owner: str
    description: str
    partition_by: tuple[str, ...] = ()
    arrivals: Path | None = None
    encoding: str = "utf-8"


@dataclass(frozen=True)
class TableSpec:
    """A table of the lake, partitioned by the month of the timestamp `month_of` and by the values in columns `by`.

    One that `grows_with` a source is merged with the rows of each new batch: those with a `key` that it has already
    take the place of the old ones, and of two in one batch the last counts. `reads` names the sources that do not grow
    whose rows it needs too; where one of them changes, the table is made anew.
    """

    name: str
    owner: str
    description: str
    month_of: str | None = None
    by: tuple[str, ...] = ()
    grows_with: str = ""
    key: str = ""
    reads: tuple[str, ...] = ()

    @property
    def properties(self) -> dict[str, str]:
        """The table properties that tell people whose this is."""
        return {"owner": self.owner, "description": self.description}


class DataModule(Protocol):
    """`data.py`: the source files, the contracts of their rows, and the curated tables and labels made from them."""

    def sources(self) -> tuple[Source, ...]:
        """Return the source files."""

    @property
    def CONTRACTS(self) -> Mapping[str, "pa.DataFrameSchema"]:  # noqa: N802 - a constant of the module
        """A schema by the name of the source; rows that break it are quarantined."""

    @property
    def TABLES(self) -> Sequence[TableSpec]:  # noqa: N802 - a constant of the module
        """The tables that `curate` returns: `curated.<source>` for each source, and `labels.<package>`."""

    def curate(self, passed: "dict[str, pl.DataFrame]") -> "dict[str, pl.DataFrame]":
        """Return the content of each of `TABLES`, from the rows that passed, by source.

        Where a source grows it is called for each batch, with the rows of the batch and of the sources that its tables
        read, and for the sources together that do not grow; it returns what can be made of those that it is given.
        """


class FeaturesModule(Protocol):
    """`features.py`: Feast's definitions, and the tables that hold the features over time."""

    @property
    def INPUTS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """The tables that `tables` reads."""

    @property
    def ENTITIES(self) -> Mapping[str, Any]:  # noqa: N802 - a constant of the module
        """Feast's entities by name."""

    @property
    def VIEWS(self) -> Sequence[Any]:  # noqa: N802 - a constant of the module
        """Feast's feature views, in the order of the model's input; each reads a `models.offline.IcebergSource`."""

    @property
    def SERVICE(self) -> Any:  # noqa: ANN401, N802 - Feast ships no types; a constant of the module
        """Feast's feature service of all views; it has the product's name."""

    def tables(self, read: Read) -> "dict[TableSpec, pl.DataFrame]":
        """Return the feature tables; a row's `event_timestamp` is the moment from which its values are known."""


class ServiceModule(Protocol):
    """`service.py`: request and answer. All of it is pure; training and serving call the same functions."""

    @property
    def Row(self) -> type[BaseModel]:  # noqa: N802 - a class of the module
        """One row of a request."""

    @property
    def Prediction(self) -> type[BaseModel]:  # noqa: N802 - a class of the module
        """The answer to a row."""

    @property
    def REQUEST_FEATURES(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """The names of the features that `request_features` gives."""

    def entities(self, row: Any) -> dict[str, str]:  # noqa: ANN401 - a row of this product
        """Return the keys of the row's entities, by Feast's names."""

    def label_key(self, row: Any) -> str:  # noqa: ANN401 - a row of this product
        """Return the key under which the label of this row will be known."""

    def request_features(self, row: Any) -> dict[str, float]:  # noqa: ANN401 - a row of this product
        """Return the features that the request alone gives."""

    def predict(self, score: Any) -> BaseModel:  # noqa: ANN401 - a number, or a list with a number for each class
        """Return the answer for a score."""


class ModelModule(Protocol):
    """`model.py`: the examples, their split by time, and the search space."""

    @property
    def INPUTS(self) -> tuple[str, ...]:  # noqa: N802 - a constant of the module
        """The tables that `examples` reads."""

    @property
    def TIME(self) -> str:  # noqa: N802 - a constant of the module
        """The column of an example that decides its period."""

    @property
    def LABEL(self) -> str:  # noqa: N802 - a constant of the module
        """The column with the label."""

    @property
    def PERIODS(self) -> Periods:  # noqa: N802 - a constant of the module
        """The periods to learn, choose and judge on: `Windows`, which move with the newest label, or `Dates`."""

    @property
    def BASELINE(self) -> Baseline:  # noqa: N802 - a constant of the module
        """The naive forecast to beat."""

    @property
    def FRAMEWORK(self) -> Any:  # noqa: ANN401, N802 - a `models.frameworks.base.Framework`, which is above this floor
        """Fits the model: one of `models.frameworks`, or an object of the product's own with the same methods."""

    @property
    def MISSING(self) -> Mapping[str, float]:  # noqa: N802 - a constant of the module
        """By feature, what the model gets where it is not known. Others stay NaN, which the model must then take."""

    @property
    def FIXED(self) -> Mapping[str, Any]:  # noqa: N802 - a constant of the module
        """Parameters of every trial."""

    @property
    def SEARCH(self) -> Sequence[Mapping[str, Any]]:  # noqa: N802 - a constant of the module
        """The parameters of each trial."""

    def examples(self, read: Read) -> "pl.DataFrame":
        """Return a row for each label: entity keys, request features, `event_timestamp` (the moment of prediction)."""


class StreamModule(Protocol):
    """`stream.py`, optional: the past as a stream of requests, for a replay."""

    def requests(self, read: Read, since: datetime, until: datetime) -> "pl.DataFrame":
        """Return `at` and `row`, a request as JSON, for each prediction in [since, until), by `at`."""


class ProductCode:
    """The modules of one product, each imported when it is first asked for.

    Args:
        product: its contract.

    Raises:
        SixfoldError: on access to a module that the product lacks, or that does not define all that it should.

    """

    def __init__(self, product: Product) -> None:
        self._product = product

    @cached_property
    def data(self) -> DataModule:
        """Sources, contracts, curated tables and labels."""
        return self._load("data", names_of(DataModule))

    @cached_property
    def features(self) -> FeaturesModule:
        """The features."""
        return self._load("features", names_of(FeaturesModule))

    @cached_property
    def service(self) -> ServiceModule:
        """Request and answer."""
        return self._load("service", names_of(ServiceModule))

    @cached_property
    def model(self) -> ModelModule:
        """How the model is made."""
        return self._load("model", names_of(ModelModule))

    @cached_property
    def stream(self) -> StreamModule:
        """The past as a stream of requests."""
        return self._load("stream", names_of(StreamModule))

    def metric(self, name: str) -> Any:  # noqa: ANN401 - a `sixfold.tasks.Measure`, whose module imports numpy
        """Return the function of that name in the optional module `metrics`."""
        return getattr(self._load("metrics", (name,)), name)

    def _load(self, module: str, names: Sequence[str]) -> ModuleType:
        whole = module_name(self._product, module)
        file = f"{whole.replace('.', '/')}.py"
        wanted = ", ".join(f"`{name}`" for name in names)
        try:
            loaded = import_module(whole)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{whole}.".startswith(f"{error.name}."):
                raise  # the module is there, and what it imports is not
            raise SixfoldError(
                f"{self._product.name} has no module `{module}` ({error.name} is missing)",
                remedy=f"write {file}; it defines {wanted}: sixfold/product.py says what each of them is",
            ) from error
        for name in names:
            if not hasattr(loaded, name):
                raise SixfoldError(
                    f"the module `{module}` of {self._product.name} does not define `{name}`",
                    remedy=f"define `{name}` in {file}: sixfold/product.py says what it is",
                )
        return loaded


def load_code(product: Product) -> ProductCode:
    """Return the code of a product. Nothing is imported yet."""
    return ProductCode(product)


def module_name(product: Product, module: str) -> str:
    """Return the dotted name of a product's module."""
    return f"products.{product.package}.{module}"


def feature_names(features: FeaturesModule) -> tuple[str, ...]:
    """Return the names of a product's online features, in the order of the model's input."""
    return tuple(field.name for view in features.VIEWS for field in view.features)


def names_of(module: type) -> tuple[str, ...]:
    """Return the names that one of the protocols above asks a module to define."""
    return tuple(name for name in vars(module) if not name.startswith("_"))
