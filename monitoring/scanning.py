"""The rows of a table of the lake, read a few files at a time.

Pyiceberg reads all that it is asked for at once, however slowly it is taken from it: so it is asked for little.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pyiceberg.table import DataScan, FileScanTask

READ_ROWS = 100_000
"""Rows of files read together; a larger file is read alone. `log_maintenance` writes no file beyond 200,000 rows."""


def frames(scan: "DataScan", tasks: "Iterable[FileScanTask] | None" = None) -> Iterator[pl.DataFrame]:
    """Yield the rows of a scan, about `READ_ROWS` at a time; those of some of its files, where they are given."""
    from pyiceberg.io.pyarrow import ArrowScan  # noqa: PLC0415 - see serving.lake

    for some in _batches(scan.plan_files() if tasks is None else tasks):
        reader = ArrowScan(scan.table_metadata, scan.io, scan.projection(), scan.row_filter)
        yield pl.DataFrame(reader.to_table(some))


def _batches(tasks: "Iterable[FileScanTask]") -> "Iterator[list[FileScanTask]]":
    some: list[FileScanTask] = []
    rows = 0
    for task in tasks:
        if some and rows + task.file.record_count > READ_ROWS:
            yield some
            some, rows = [], 0
        some.append(task)
        rows += task.file.record_count
    if some:
        yield some
