"""Maintenance of the prediction log: compacts small files, deletes old rows, declares personal columns.

A flush every few seconds makes a file every few seconds. What a product's contract says under `log` is done here, by
the evaluation's process, beside the releases that write.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.aws import open_catalog, open_table, s3
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
_IN_PROGRESS = timedelta(days=1)
"""A data file that no snapshot has is left alone for so long: its commit may be on its way."""
_BESIDE_WRITERS = {"write.delete.isolation-level": "snapshot"}


def tidy(platform: PlatformRefs, product: Product, home: Path, now: datetime | None = None) -> int:
    """Compact log, feedback and reports, drop what is too old, write the contract's words on them; return files gone.

    Reports and their triage have comments of people: of these the objects go too, with the snapshots that lead to them.

    Raises:
        CommitFailedException: releases were faster every time; nothing was changed, and the next time will do.

    """
    now = now or datetime.now(UTC)
    names = (product.package, feedback_table(product.package))
    merged = sum(_tidy(platform, product, home, (platform.databases.predictions, name), now) for name in names)
    for name in (log.REPORTS_TABLE, log.TRIAGE_TABLE):
        table = platform.table(product.package, name)
        merged += _tidy(platform, product, home, table, now)
        _erase(platform, home, table, now - _IN_PROGRESS)
    return merged


def _tidy(platform: PlatformRefs, product: Product, home: Path, identifier: tuple[str, str], now: datetime) -> int:
    with one_writer(lock_of(home, identifier)):
        table = open_table(open_catalog(platform), identifier)
        if table is None:
            return 0
        _declare(table, product)
        _forget(table, now - timedelta(days=product.log.retention_days))
        return _compact(table)


def _declare(table: "Table", product: Product) -> None:
    comments = (log.COMMENT,) if log.COMMENT in table.schema().column_names else ()
    said = {
        "owner": product.owner,
        "sixfold.retention-days": str(product.log.retention_days),
        log.PERSONAL_COLUMNS: ",".join(dict.fromkeys((*product.log.personal, *comments))),
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


def _erase(platform: PlatformRefs, home: Path, identifier: tuple[str, str], before: datetime) -> None:
    """Delete the data files that the table has no longer, if they were written before a moment."""
    with one_writer(lock_of(home, identifier)):
        table = open_table(open_catalog(platform), identifier)
        if table is None:
            return
        if len(table.snapshots()) > 1:
            table.maintenance.expire_snapshots().older_than(before).commit()
        bucket, _, folder = table.location().removeprefix("s3://").partition("/")
        pages = s3(platform).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{folder}/data/")
        written = [each for page in pages for each in page.get("Contents", []) if each["LastModified"] < before]
        kept = _data_files(table)
        for path in {f"s3://{bucket}/{each['Key']}" for each in written} - kept:
            table.io.delete(path)


def _data_files(table: "Table") -> set[str]:
    """Return the paths of the data files of all snapshots that the table still has."""
    scans = (table.scan(snapshot_id=snapshot.snapshot_id) for snapshot in table.snapshots())
    return {task.file.file_path for scan in scans for task in scan.plan_files()}


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
