"""What the evaluation reads of the lake: which files the prediction log has, one day of it, and the labels."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from serving.evaluation.join import PREDICTION_COLUMNS, SAMPLE_COLUMNS, compact_labels
from serving.lake import open_catalog
from sixfold.contract import Label, Product
from sixfold.environment import Platform

if TYPE_CHECKING:
    from pyiceberg.table import DataScan, Table

# A replay that has paused is still one; after that the product's clock is again that of its live traffic.
REPLAY_LASTS = timedelta(hours=1)
_NO_LABELS: dict[str, Any] = {"key": pl.UInt64, "known_at": pl.Datetime("us", "UTC"), "label": pl.Float64}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FEEDBACK = Label(key="prediction_id", known_at="time", value="label")


class LogFile(NamedTuple):
    """A file of the prediction log: its rows are of one `day`, the last at `newest`, written down at `logged`."""

    path: str
    day: date
    rows: int
    newest: datetime
    logged: datetime | None
    replayed: bool


def clock(files: list[LogFile], wall: datetime) -> datetime | None:
    """Return the product's now: the time of its newest prediction, and never later than `wall`.

    Replayed traffic brings its own time; while a replay runs, that is the time. None where nothing was predicted.
    """
    replayed = [file for file in files if file.replayed and file.logged and file.logged > wall - REPLAY_LASTS]
    moments = [file.newest for file in replayed or files if bool(replayed) or not file.replayed]
    return min(max(moments), wall) if moments else None


class Source:
    """The tables of one product, opened again at each call: others write to them.

    Args:
        platform: where the lake is.
        product: whose tables.

    """

    def __init__(self, platform: Platform, product: Product) -> None:
        self._product, self._databases = product, platform.databases
        self._catalog = open_catalog(platform)

    def files(self) -> list[LogFile]:
        """Return the files of the prediction log, from its metadata alone."""
        table = self._table(self._databases.predictions, self._product.package)
        if table is None:
            return []
        found = [(task.file, _newest(task.file, table)) for task in table.scan().plan_files()]
        return [
            LogFile(
                file.file_path, newest["time"].date(), file.record_count, newest["time"],
                newest.get("logged_at"), bool(newest.get("replayed")),
            )
            for file, newest in found
        ]  # fmt: skip

    def read(self, day: date) -> Iterator[pl.DataFrame]:
        """Yield the predictions of a day, part by part."""
        scan = self._scan(day, PREDICTION_COLUMNS)
        for batch in scan.to_arrow_batch_reader() if scan else ():
            yield pl.DataFrame(batch)

    def sample(self, day: date, rows: int) -> pl.DataFrame:
        """Return about that many predictions of a day with their features, from files spread over it.

        Features are nine tenths of the log: all others of them stay unread.
        """
        from pyiceberg.io.pyarrow import ArrowScan  # noqa: PLC0415 - see serving.lake

        scan = self._scan(day, SAMPLE_COLUMNS)
        tasks = sorted(scan.plan_files(), key=lambda task: task.file.file_path) if scan else []
        chosen = tasks[:: max(1, sum(task.file.record_count for task in tasks) // (4 * rows))]
        if not scan or not chosen:
            return pl.DataFrame()
        every = max(1, sum(task.file.record_count for task in chosen) // rows)
        batches = ArrowScan(scan.table_metadata, scan.io, scan.projection(), scan.row_filter).to_record_batches(chosen)
        return pl.concat([pl.DataFrame(batch).gather_every(every) for batch in batches])

    def labels(self, since: datetime) -> pl.DataFrame:
        """Return what became known from a moment on, by label key, as `join.attach` wants it."""
        return self._known(self._databases.labels, self._product.package, self._product.label, since)

    def feedback(self, since: datetime) -> pl.DataFrame:
        """Return what consumers said from a moment on, by prediction id, as `join.attach` wants it."""
        return self._known(self._databases.predictions, f"feedback_{self._product.package}", _FEEDBACK, since)

    def versions(self) -> tuple[int | None, int | None]:
        """Return the snapshots of labels and feedback: while they stay, so do the labels."""
        labels = self._table(self._databases.labels, self._product.package)
        feedback = self._table(self._databases.predictions, f"feedback_{self._product.package}")
        return _snapshot(labels), _snapshot(feedback)

    def _scan(self, day: date, columns: tuple[str, ...]) -> "DataScan | None":
        table = self._table(self._databases.predictions, self._product.package)
        within = f"time >= '{day}T00:00:00+00:00' and time < '{day + timedelta(days=1)}T00:00:00+00:00'"
        return table.scan(within, columns) if table else None

    def _known(self, database: str, name: str, columns: Label, since: datetime) -> pl.DataFrame:
        table = self._table(database, name)
        if table is None:
            return pl.DataFrame(schema=_NO_LABELS)
        later = f"{columns.known_at} >= '{since.isoformat()}'"
        wanted = (columns.key, columns.known_at, columns.value)
        batches = table.scan(later, wanted).to_arrow_batch_reader()
        parts = [compact_labels(pl.DataFrame(batch), columns) for batch in batches]
        return pl.concat([pl.DataFrame(schema=_NO_LABELS), *parts])

    def _table(self, database: str, name: str) -> "Table | None":
        from pyiceberg.exceptions import NoSuchTableError  # noqa: PLC0415 - see serving.lake

        try:
            return self._catalog.load_table((database, name))
        except NoSuchTableError:
            return None


def _snapshot(table: "Table | None") -> int | None:
    snapshot = table.current_snapshot() if table else None
    return snapshot.snapshot_id if snapshot else None


def _newest(file: Any, table: "Table") -> dict[str, Any]:  # noqa: ANN401 - pyiceberg's data file
    """Return the largest value of the columns that tell time, as the file's own statistics have them."""
    from pyiceberg.conversions import from_bytes  # noqa: PLC0415 - see serving.lake

    known, bounds = table.schema(), file.upper_bounds or {}
    found: dict[str, Any] = {}
    for name in {"time", "logged_at", "replayed"} & set(known.column_names):
        field: Any = known.find_field(name)
        if field.field_id in bounds:
            value: Any = from_bytes(field.field_type, bounds[field.field_id])
            found[name] = value if name == "replayed" else _EPOCH + timedelta(microseconds=value)
    return found
