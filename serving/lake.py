"""Writing to and reading from the lake as a service does. pyiceberg is imported late: it takes a second and a half."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table

_ATTEMPTS = 5
# A flush every few seconds makes a commit every few seconds, and each commit writes the list of all snapshots again.
# pyiceberg copies that list about ten times: 0.8 ms of processor for each snapshot in it, at each commit.
_MAX_SNAPSHOTS = 50
_KEEP = timedelta(minutes=2)
_HOUSEKEEPING = {
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    "commit.manifest-merge.enabled": "true",
    "write.metadata.metrics.column.comment": "none",  # else each manifest has the beginning of people's comments
}


def append(
    catalog: "Catalog", identifier: tuple[str, str], rows: Sequence[dict[str, Any]], schema: "pa.Schema"
) -> None:
    """Append rows to a table that is partitioned by the day of its column `time`; make the table where it is missing.

    Raises:
        CommitFailedException: other writers were faster every time.

    """
    import pyarrow as pa  # noqa: PLC0415 - see the module
    from pyiceberg.exceptions import CommitFailedException  # noqa: PLC0415 - see the module

    table = _ensure(catalog, identifier, schema)
    _forget_old_snapshots(table)  # before the append: were it to fail after it, the caller would write the rows again
    data = pa.Table.from_pylist(list(rows), schema)
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return table.append(data)
        except CommitFailedException:
            if attempt == _ATTEMPTS:
                raise
            table.refresh()
    return None


def _forget_old_snapshots(table: "Table") -> None:
    """Expire old snapshots, and keep all rows: nobody reads a log as of an earlier time."""
    if len(table.snapshots()) > _MAX_SNAPSHOTS:
        table.maintenance.expire_snapshots().older_than(datetime.now(UTC) - _KEEP).commit()


def lock_of(home: Path, identifier: tuple[str, str]) -> Path:
    """Return the file by which the writers of a table on this machine take turns."""
    return home / "run" / "locks" / f"{'.'.join(identifier)}.lock"


@contextmanager
def one_writer(lock: Path) -> Iterator[None]:
    """Let one process of this machine commit at a time.

    Glue refuses a commit that another has overtaken, and we try again. Moto's Glue takes both, and forgets the first;
    but where moto is, all writers are on one machine.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _ensure(catalog: "Catalog", identifier: tuple[str, str], schema: "pa.Schema") -> "Table":
    from pyiceberg.exceptions import NoSuchTableError, TableAlreadyExistsError  # noqa: PLC0415 - see the module
    from pyiceberg.transforms import DayTransform  # noqa: PLC0415 - see the module

    try:
        return _widened(catalog.load_table(identifier), schema)
    except NoSuchTableError:
        pass
    try:
        with (
            catalog.create_table_transaction(identifier, schema, properties=_HOUSEKEEPING) as new,
            new.update_spec() as spec,
        ):
            spec.add_field("time", DayTransform(), "day")
    except TableAlreadyExistsError:  # another process was faster
        pass
    return _widened(catalog.load_table(identifier), schema)


def _widened(table: "Table", schema: "pa.Schema") -> "Table":
    """Add columns that a newer release has; older ones, which may run beside it, leave them empty."""
    if set(schema.names) - set(table.schema().column_names):
        with table.update_schema() as change:
            change.union_by_name(schema)
    return table
