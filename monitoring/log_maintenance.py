"""Maintenance of the prediction log: compacts small files, deletes old rows, and declares personal columns.

A flush every few seconds makes a file every few seconds. What a product's contract says under `log` is done here, by
the evaluation's process, beside the releases that write.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.aws import open_catalog
from serving.lake import lock_of, one_writer
from sixfold import prediction_log as log
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs, feedback_table

if TYPE_CHECKING:
    from pyiceberg.table import FileScanTask, Table

FEWEST_FILES = 16
SMALL_BYTES = 16 * 1024 * 1024
MOST_ROWS = 200_000  # a row takes a kilobyte or two in memory
# A commit that was overtaken is made again on what is there by then, unless its own files are gone. By default new rows
# stop it too; on a cluster, where no lock holds up those who write every few seconds, it would never come to an end.
_BESIDE_WRITERS = {"write.delete.isolation-level": "snapshot"}


def tidy(platform: PlatformRefs, product: Product, home: Path, now: datetime | None = None) -> int:
    """Compact the log and the feedback, drop what is too old, write the contract's words on both; return files gone.

    Raises:
        CommitFailedException: releases were faster every time; nothing was changed, and the next time will do.

    """
    before = (now or datetime.now(UTC)) - timedelta(days=product.log.retention_days)
    tables = (product.package, feedback_table(product.package))
    return sum(_tidy(platform, product, home, (platform.databases.predictions, name), before) for name in tables)


def _tidy(platform: PlatformRefs, product: Product, home: Path, identifier: tuple[str, str], before: datetime) -> int:
    from pyiceberg.exceptions import NoSuchTableError  # noqa: PLC0415 - see serving.lake

    with one_writer(lock_of(home, identifier)):
        try:
            table = open_catalog(platform).load_table(identifier)
        except NoSuchTableError:
            return 0
        _declare(table, product)
        _forget(table, before)
        return _compact(table)


def _declare(table: "Table", product: Product) -> None:
    said = {
        "owner": product.owner,
        "sixfold.retention-days": str(product.log.retention_days),
        "sixfold.personal-columns": ",".join(product.log.personal),
        **_BESIDE_WRITERS,
    }
    if not said.items() <= table.properties.items():
        with table.transaction() as change:
            change.set_properties(said)


def _forget(table: "Table", before: datetime) -> None:
    """Delete rows older than a moment, except replayed ones, whose time is not the time of writing."""
    old = f"{log.TIME} < '{before.isoformat()}'"
    if log.REPLAYED in table.schema().column_names:  # feedback is never replayed: it has the time of its arrival
        old += f" and ({log.REPLAYED} = false or {log.REPLAYED} is null)"
    if table.scan(old, selected_fields=(log.TIME,), limit=1).to_arrow().num_rows:  # pyiceberg warns of an empty delete
        table.delete(old)


def _compact(table: "Table") -> int:
    days: dict[Any, list[FileScanTask]] = defaultdict(list)
    for task in table.scan().plan_files():
        if task.file.file_size_in_bytes < SMALL_BYTES:
            days[task.file.partition].append(task)
    return sum(_merge(table, _that_fit(tasks)) for tasks in days.values() if len(tasks) >= FEWEST_FILES)


def _that_fit(tasks: "list[FileScanTask]") -> "list[FileScanTask]":
    """Return as many files as fit into memory; the next run takes the others."""
    taken, rows = [], 0
    for task in sorted(tasks, key=lambda task: task.file.record_count):
        rows += task.file.record_count
        if rows > MOST_ROWS:
            break
        taken.append(task)
    return taken


def _merge(table: "Table", tasks: "list[FileScanTask]") -> int:
    """Write the rows of some files as one, in one commit; pyiceberg 0.12 has the parts, and no call for it."""
    from pyiceberg.expressions import AlwaysTrue  # noqa: PLC0415 - see serving.lake
    from pyiceberg.io.pyarrow import ArrowScan, _dataframe_to_data_files  # noqa: PLC0415 - the same

    rows = ArrowScan(table.metadata, table.io, table.schema(), AlwaysTrue()).to_table(tasks)
    with table.transaction() as change, change.update_snapshot().overwrite() as files:
        for task in tasks:
            files.delete_data_file(task.file)
        for made in _dataframe_to_data_files(change.table_metadata, rows, table.io, files.commit_uuid):
            files.append_data_file(made)
    return len(tasks)
