"""Reads for the evaluation: files of the prediction log, one day of it, and the labels."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from models.aws import open_catalog, open_table
from monitoring.evaluation.copies import Listing
from monitoring.evaluation.join import (
    compact,
    compact_feedback,
    compact_labels,
    consumers_of,
    needed,
    sampled,
)
from monitoring.scanning import frames
from sixfold import prediction_log as log
from sixfold.contract import Label, Product
from sixfold.outputs import PlatformRefs, feedback_table
from sixfold.tasks import task_of

if TYPE_CHECKING:
    from pyiceberg.table import DataScan, FileScanTask, Table

# A replay that has paused is still one; after that the product's clock is again that of its live traffic.
REPLAY_LASTS = timedelta(hours=1)
SAMPLE_BATCH = 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Shape = Callable[[pl.DataFrame], pl.DataFrame]
_FEEDBACK = Label(key=log.PREDICTION_ID, known_at=log.TIME, value=log.LABEL)


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

    def __init__(self, platform: PlatformRefs, product: Product) -> None:
        self._product, self._task, self._databases = product, task_of(product), platform.databases
        self._consumers = consumers_of(product)
        self._catalog = open_catalog(platform)

    def files(self) -> list[LogFile]:
        """Return the files of the prediction log, from its metadata alone."""
        table = self._table(self._databases.predictions, self._product.package)
        if table is None:
            return []
        found = [(task, _newest(task.file, table)) for task in table.scan().plan_files()]
        return [
            LogFile(
                _name(task), newest[log.TIME].date(), task.file.record_count, newest[log.TIME],
                newest.get(log.LOGGED_AT), bool(newest.get(log.REPLAYED)),
            )
            for task, newest in found
        ]  # fmt: skip

    def log(self, day: date) -> Listing:
        """Return the predictions of a day, as `join.compact` gives them."""
        columns, slices = needed(self._task), self._product.metric.slices
        return _listing(
            self._scan(day, tuple(columns)), columns, lambda raw: compact(self._task, raw, slices, self._consumers)
        )

    def sample(self, day: date, rows: int) -> pl.DataFrame:
        """Return about that many predictions of known consumers on a day, with their features, from files over it.

        Features are nine tenths of the log: all others of them stay unread.
        """
        import pyarrow as pa  # noqa: PLC0415 - see serving.lake
        from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - the same

        columns = sampled(self._task)
        scan = self._scan(day, columns)
        tasks = sorted(scan.plan_files(), key=lambda task: task.file.file_path) if scan else []
        chosen = tasks[:: max(1, sum(task.file.record_count for task in tasks) // (4 * rows))]
        if not scan or not chosen:
            return pl.DataFrame()
        every = max(1, sum(task.file.record_count for task in chosen) // rows)
        parts = []
        for task in chosen:
            with scan.io.new_input(task.file.file_path).open() as file:
                batches = ParquetFile(file).iter_batches(SAMPLE_BATCH, columns=list(columns))
                parts += [batch.take(pa.array(range(0, len(batch), every))) for batch in batches]
        found = pl.DataFrame(pa.Table.from_batches(parts))
        return found.filter(pl.col(log.CONSUMER).is_in(self._consumers.categories.to_list()))

    def labels(self, since: datetime) -> Listing:
        """Return the labels that became known from a moment on, by label key, in the form of `join.attach`."""
        names = self._product.label
        return self._known(
            self._databases.labels,
            self._product.package,
            names,
            since,
            {},
            lambda raw: compact_labels(self._task, raw, names),
        )

    def feedback(self, since: datetime) -> Listing:
        """Return the feedback of consumers from a moment on, by prediction id, in the form of `join.attach`."""
        return self._known(
            self._databases.predictions,
            feedback_table(self._product.package),
            _FEEDBACK,
            since,
            {log.CONSUMER: pl.String},
            lambda raw: compact_feedback(self._task, raw, _FEEDBACK, self._consumers, self._product.tellers),
        )

    def versions(self) -> tuple[int | None, int | None]:
        """Return the snapshots of labels and feedback: while they stay, so do the labels."""
        labels = self._table(self._databases.labels, self._product.package)
        feedback = self._table(self._databases.predictions, feedback_table(self._product.package))
        return _snapshot(labels), _snapshot(feedback)

    def _scan(self, day: date, columns: tuple[str, ...]) -> "DataScan | None":
        table = self._table(self._databases.predictions, self._product.package)
        within = f"{log.TIME} >= '{day}T00:00:00+00:00' and {log.TIME} < '{day + timedelta(days=1)}T00:00:00+00:00'"
        return table.scan(within, columns) if table else None

    def _known(
        self, database: str, name: str, columns: Label, since: datetime, more: dict[str, Any], shape: Shape
    ) -> Listing:
        table = self._table(database, name)
        later = f"{columns.known_at} >= '{since.isoformat()}'"
        raw = {columns.key: pl.String, columns.known_at: pl.Datetime("us", "UTC"), columns.value: pl.Float64, **more}
        return _listing(table.scan(later, tuple(raw)) if table else None, raw, shape)._replace(since=since)

    def _table(self, database: str, name: str) -> "Table | None":
        return open_table(self._catalog, (database, name))


def _listing(scan: "DataScan | None", raw: dict[str, Any], shape: Shape) -> Listing:
    """Return the files of a scan, whose rows of columns `raw` are read in the shape that a function gives them."""
    tasks = {_name(task): task for task in scan.plan_files()} if scan else {}

    def read(paths: Iterable[str]) -> Iterator[pl.DataFrame]:
        yield shape(pl.DataFrame(schema=raw))
        if scan:
            yield from map(shape, frames(scan, (tasks[path] for path in sorted(paths))))

    return Listing({path: task.file.record_count for path, task in tasks.items()}, read)


def _name(task: "FileScanTask") -> str:
    """Return the cache key of a data file: path and delete files, so that a file with new deletes is read again."""
    return " ".join([task.file.file_path, *sorted(each.file_path for each in task.delete_files)])


def _snapshot(table: "Table | None") -> int | None:
    snapshot = table.current_snapshot() if table else None
    return snapshot.snapshot_id if snapshot else None


def _newest(file: Any, table: "Table") -> dict[str, Any]:  # noqa: ANN401 - pyiceberg's data file
    """Return the largest value of the columns that tell time, as the file's own statistics have them."""
    from pyiceberg.conversions import from_bytes  # noqa: PLC0415 - see serving.lake

    known, bounds = table.schema(), file.upper_bounds or {}
    found: dict[str, Any] = {}
    for name in {log.TIME, log.LOGGED_AT, log.REPLAYED} & set(known.column_names):
        field: Any = known.find_field(name)
        if field.field_id in bounds:
            value: Any = from_bytes(field.field_type, bounds[field.field_id])
            found[name] = value if name == log.REPLAYED else _EPOCH + timedelta(microseconds=value)
    return found
