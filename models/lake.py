"""The data lake: Iceberg tables in S3 with their catalog in AWS Glue.

Tables are named `layer.name`; the layer is one of the databases of `sixfold.outputs.Databases`. Each product has
tables of its own: two products may both have `curated.events`, and neither sees or writes the other's.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysFalse, BooleanExpression
from pyiceberg.io.pyarrow import ArrowScan, schema_to_pyarrow
from pyiceberg.schema import Schema
from pyiceberg.table import ALWAYS_TRUE, Table, Transaction
from pyiceberg.transforms import IdentityTransform, MonthTransform

from models.aws import open_catalog
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, owner_of
from sixfold.product import TableSpec

FACT = "sixfold."
PRODUCT = f"{FACT}product"
"""Property of a table, in Iceberg and in Glue: the package of the product that made it."""


class Lake:
    """Reads and replaces whole tables of one product; each write is one atomic commit.

    Args:
        platform: where the lake is. Credentials come from the environment, as everywhere on AWS.
        package: the Python package of the product whose tables these are.

    """

    def __init__(self, platform: PlatformRefs, package: str) -> None:
        self.platform, self.package = platform, package
        self._catalog = open_catalog(platform)

    @property
    def product(self) -> str:
        """The name of the product."""
        return self.package.replace("_", "-")

    def read(self, name: str, where: str | BooleanExpression = "") -> pl.DataFrame:
        """Return the rows of a table as it is now, or just those of which `where` is true.

        Raises:
            SixfoldError: there is no such table.

        """
        frame = pl.from_arrow(self._table(name).scan(where or ALWAYS_TRUE).to_arrow())
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(name)
        return frame

    def sample(self, name: str, where: str, rows: int) -> pl.DataFrame:
        """Return about that many of the rows, spread evenly over them, in the memory of one file.

        Raises:
            SixfoldError: there is no such table.

        """
        scan = self._table(name).scan(where)
        tasks = sorted(scan.plan_files(), key=lambda task: task.file.file_path)
        every = max(1, sum(task.file.record_count for task in tasks) // rows)
        reader = ArrowScan(scan.table_metadata, scan.io, scan.projection(), scan.row_filter)
        parts, seen = [schema_to_pyarrow(scan.projection(), include_field_ids=False).empty_table()], 0
        for task in tasks:
            found = reader.to_table([task])
            parts.append(found.take(pa.array(range(-seen % every, found.num_rows, every), pa.int64())))
            seen += found.num_rows
        return pl.DataFrame(pa.concat_tables(parts, promote_options="permissive"))

    def facts(self, name: str) -> dict[str, str]:
        """Return the notes of the last write on the snapshot, without their prefix; empty without a table."""
        table = self._find(name)
        snapshot = table.current_snapshot() if table else None
        if snapshot is None or snapshot.summary is None:
            return {}
        noted = snapshot.summary.additional_properties
        return {key.removeprefix(FACT): value for key, value in noted.items() if key.startswith(FACT)}

    def snapshot_id(self, name: str) -> int:
        """Return the id of a table's current snapshot.

        Raises:
            SixfoldError: there is no such table.

        """
        snapshot = self._table(name).current_snapshot()
        return snapshot.snapshot_id if snapshot else 0

    def count(self, name: str) -> int:
        """Return the number of rows of a table, from its snapshot's summary."""
        snapshot = self._table(name).current_snapshot()
        return int(snapshot.summary["total-records"] or 0) if snapshot and snapshot.summary else 0

    def columns(self, name: str) -> list[str]:
        """Return the names of a table's columns.

        Raises:
            SixfoldError: there is no such table.

        """
        return list(self._table(name).schema().column_names)

    def replace(self, spec: TableSpec, frame: pl.DataFrame, facts: dict[str, str]) -> None:
        """Make `frame` the whole content of a table, in one commit: readers see the old snapshot or the new one.

        Raises:
            SixfoldError: something else than this product made the table.

        """
        with self.change(spec) as change:
            change.put(frame, facts)

    @contextmanager
    def change(self, spec: TableSpec) -> Iterator["Change"]:
        """Write to a table several times; readers see all of it when the block ends, and nothing where it fails.

        Raises:
            SixfoldError: something else than this product made the table.

        """
        change = Change(self, spec)
        yield change
        change.commit()

    def lend(self) -> None:
        """Let releases from before tables carried their product read the curated tables and labels, as they are now.

        Such a release knows `curated.events` by its bare name, and a release never changes. Only the catalog is
        written: the bare name leads to the same snapshot.
        """
        for layer in ("curated", "labels"):
            database = getattr(self.platform.databases, layer)
            for identifier in self._catalog.list_tables(database):
                owner, name = owner_of(identifier[1])
                if owner == self.product and name != identifier[1]:
                    lent = (database, name)
                    if self._catalog.table_exists(lent):
                        self._catalog.drop_table(lent)
                    self._catalog.register_table(lent, self._catalog.load_table(identifier).metadata_location)

    def begin(self, spec: TableSpec, columns: pa.Schema) -> Transaction:
        """Begin a change of a table, which is made if there is none yet.

        Raises:
            SixfoldError: something else than this product made it.

        """
        table = self._find(spec.name)
        if table is not None:
            self._check_owner(table, spec.name)
            change = table.transaction()
            change.set_properties(self._properties(spec))
            return change
        layer, identifier = spec.name.split(".")[0], self._identifier(spec.name)
        create = self._catalog.create_table_transaction(
            identifier,
            schema=columns,
            location=f"s3://{self.platform.lake_bucket}/{layer}/{identifier[1]}",
            properties=self._properties(spec),
        )
        with create.update_spec() as partition:
            for column in spec.by:
                partition.add_field(column, IdentityTransform(), f"{column}_is")
            if spec.month_of:
                partition.add_field(spec.month_of, MonthTransform(), f"{spec.month_of}_month")
        return create

    def _properties(self, spec: TableSpec) -> dict[str, str]:
        return {**spec.properties, PRODUCT: self.package}

    def _check_owner(self, table: Table, name: str) -> None:
        owner = table.properties.get(PRODUCT, self.package)
        if owner != self.package:
            raise SixfoldError(
                f"the table {'.'.join(table.name())} belongs to the product {owner}, not to {self.package}",
                remedy=f"give {name} another name in the code of {self.package}, or remove the product {owner}",
            )

    def _table(self, name: str) -> Table:
        table = self._find(name)
        if table is None:
            raise SixfoldError(
                f"the lake of stack {self.platform.stack} has no table {name}",
                remedy=f"load the data and build the features: `sixfold data load {self.product}`",
            )
        return table

    def _find(self, name: str) -> Table | None:
        try:
            return self._catalog.load_table(self._identifier(name))
        except NoSuchTableError:
            return None

    def _identifier(self, name: str) -> tuple[str, str]:
        return self.platform.table(self.package, name)


class Change:
    """Several writes to one table, which become visible together.

    Files are written before the catalog is pointed at them, so a writer that dies leaves the old snapshot in place.
    """

    def __init__(self, lake: Lake, spec: TableSpec) -> None:
        self._lake, self._spec = lake, spec
        self._begun: Transaction | None = None

    def put(self, frame: pl.DataFrame, facts: dict[str, str], instead_of: BooleanExpression = ALWAYS_TRUE) -> int:
        """Write rows in the place of those that a filter matches. Return how many rows the table has then."""
        rows = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        notes = {f"{FACT}{key}": value for key, value in facts.items()}
        change = self._begun = self._begun or self._lake.begin(self._spec, rows.schema)
        whole = instead_of is ALWAYS_TRUE
        _change_columns(change, change.table_metadata.schema(), rows.schema, gone=whole)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Delete operation did not match any records")
            change.overwrite(rows, instead_of if self._rows() else AlwaysFalse(), snapshot_properties=notes)
        return self._rows()

    def commit(self) -> None:
        """Make what was written visible; without a write there is nothing to do."""
        if self._begun is not None:
            self._begun.commit_transaction()

    def _rows(self) -> int:
        snapshot = self._begun.table_metadata.current_snapshot() if self._begun else None
        return int(snapshot.summary["total-records"] or 0) if snapshot and snapshot.summary else 0


def _change_columns(change: Transaction, old: Schema, new: pa.Schema, *, gone: bool) -> None:
    """Follow a definition that gained or, where all rows are replaced, lost columns.

    A new type of an old column is refused by Iceberg.
    """
    lost = set(old.column_names) - set(new.names) if gone else set()
    if lost or set(new.names) - set(old.column_names):
        with change.update_schema(allow_incompatible_changes=True) as columns:
            for name in sorted(lost):
                columns.delete_column(name)
            columns.union_by_name(new)
