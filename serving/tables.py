"""Writes the tables of `sixfold.prediction_log` to the lake: predictions, feedback and reports of consumers."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.aws import open_catalog
from serving import lake
from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    import pyarrow as pa


def writer(
    platform: PlatformRefs, home: Path, table: str, columns: Mapping[str, str]
) -> Callable[[Sequence[dict[str, Any]]], None]:
    """Return a function that appends rows to a table of the predictions database.

    Nothing is opened before that call, which is on the log's own thread: the start of a service does not wait for it.
    """
    identifier = (platform.databases.predictions, table)
    opened: list[Any] = []

    def write(rows: Sequence[dict[str, Any]]) -> None:
        if not opened:
            opened.append(open_catalog(platform))
        with lake.one_writer(lake.lock_of(home, identifier)):
            lake.append(opened[0], identifier, rows, _schema(columns))

    return write


def _schema(columns: Mapping[str, str]) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415 - a third of a second that the start need not wait for

    types = {"string": pa.string(), "time": pa.timestamp("us", tz="UTC"), "double": pa.float64(), "bool": pa.bool_()}
    types["doubles"] = pa.list_(pa.float64())
    return pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])
