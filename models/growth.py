"""Takes the files that arrive for a source, each exactly once: into raw, and from there into what is made of it.

A batch is recorded when its raw rows are there, and again when its curated rows are. A run that is killed in between is
finished by the next: each write replaces what the same batch has written before. Where the code changes, or a source
that does not grow, everything is made again from raw, one batch at a time, and readers see it in one commit a table.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl
from pyiceberg.expressions import (
    AlwaysFalse,
    And,
    BooleanExpression,
    EqualTo,
    GreaterThanOrEqual,
    In,
    LessThanOrEqual,
    StartsWith,
)
from pyiceberg.table import ALWAYS_TRUE

from models import batches
from models.batches import Batch, Taken
from models.hashing import content_key
from models.lake import Change, Lake
from models.quality import Checked, check
from models.sources import read
from sixfold.errors import SixfoldError
from sixfold.product import DataModule, Source, TableSpec

BATCH = "batch"
"""Column of the raw and the quarantine table of a source that grows."""


class Growing(NamedTuple):
    """A source that grows, with all that its batches are curated by."""

    lake: Lake
    data: DataModule
    source: Source
    others: Callable[[], Mapping[str, pl.DataFrame]]
    basis: str
    raw: TableSpec
    quarantine: TableSpec

    @property
    def tables(self) -> list[TableSpec]:
        """The tables that grow with the source."""
        return [spec for spec in self.data.TABLES if spec.grows_with == self.source.name]

    def has(self, *tables: TableSpec) -> bool:
        """Say whether all of these were ever written."""
        return all(self.lake.facts(spec.name) for spec in tables)

    def recorded(self) -> Taken:
        """Read the record of the batches."""
        return batches.recorded(self.lake.platform, self.lake.package, self.source.name)

    def record(self, taken: Taken) -> Taken:
        """Keep what was taken."""
        batches.record(self.lake.platform, self.lake.package, self.source.name, taken)
        return taken


def take(growing: Growing, files: "list[tuple[Path, str]]", progress: Callable[[str], None]) -> list[Batch]:
    """Take what arrived and is not there yet; `files` are with their sha256. Return the batches refused by this run.

    Raises:
        SixfoldError: rows were lost on the way.

    """
    taken = growing.recorded()
    if not growing.has(growing.raw):
        taken = Taken()  # whoever dropped raw has the files, or nothing
    made = growing.has(growing.quarantine, *growing.tables)
    anew = taken.basis != growing.basis or not made
    tried = Taken(batches=taken.good) if anew else taken  # what was refused may fit the code of now
    refused = []
    for file, content in batches.unseen(tried, files):
        batch = _into_raw(growing, taken, file, content)
        taken = growing.record(taken.with_batch(batch))
        refused += [batch] if batch.refused else []
    waiting = [batch for batch in taken.good if anew or batch.held is None]
    others = growing.others() if waiting else {}
    for group in [waiting] if anew else [[batch] for batch in waiting]:
        taken = growing.record(_curate(growing, taken, group, others, anew=anew))
        for batch in taken.batches:
            if batch.number in {each.number for each in group}:
                progress(f"{growing.source.name}: {batch}")
    _require_all(growing, taken)
    return refused


def _into_raw(growing: Growing, taken: Taken, file: Path, content: str) -> Batch:
    batch = taken.arrive(file, content)
    try:
        rows = read(growing.source, file)
        _require_columns(growing, taken, file, set(rows.columns))
    except SixfoldError as error:
        return batch.model_copy(update={"refused": " ".join(str(error).split())})
    first = not taken.good
    with growing.lake.change(growing.raw) as raw:
        marked = rows.with_columns(pl.lit(batch.mark).alias(BATCH))
        raw.put(marked, {"source": file.name}, ALWAYS_TRUE if first else StartsWith(term=BATCH, value=batch.place))
    return batch.model_copy(update={"rows": rows.height})


def _require_columns(growing: Growing, taken: Taken, file: Path, there: set[str]) -> None:
    named = growing.data.CONTRACTS[growing.source.name].columns
    optional = {name for name, column in named.items() if not column.required}
    had = set(growing.lake.columns(growing.raw.name)) - {BATCH} if taken.good else set(named)
    if lost := sorted((had | set(named)) - optional - there):
        raise SixfoldError(
            f"{file.name} lacks {', '.join(lost)}, which {growing.source.name} has",
            remedy="have it sent whole; nothing of it was taken",
        )
    if taken.good and (gained := sorted(there - set(named) - had)):
        raise SixfoldError(
            f"{file.name} has {', '.join(gained)}, which {growing.source.name} did not have",
            remedy=f"accept it by naming it in the contract of {growing.source.name}, with `required=False` and "
            "`nullable=True`, since rows of before have none; nothing of the file was taken",
        )


def _curate(
    growing: Growing, taken: Taken, todo: list[Batch], others: Mapping[str, pl.DataFrame], *, anew: bool
) -> Taken:
    """Check and merge batches; readers see each table change once."""
    taken = taken.model_copy(update={"basis": growing.basis})
    key = content_key(growing.basis, *(batch.content for batch in taken.good))
    before = 0 if anew else max((batch for batch in taken.good if batch.held is not None), key=_number).held or 0
    now = {"loaded-at": datetime.now(UTC).isoformat(timespec="seconds")}
    with ExitStack() as stack:
        left_out = stack.enter_context(growing.lake.change(growing.quarantine))
        changes = {spec.name: stack.enter_context(growing.lake.change(spec)) for spec in growing.tables}
        for position, batch in enumerate(todo):
            whole = anew and position == 0
            checked = _checked(growing, batch)
            failed = checked.failed.with_columns(pl.lit(batch.mark).alias(BATCH))
            curated = _made_of(growing, checked.passed, others)
            done = batch.model_copy(update={"quarantined": failed.height, "held": before})
            totals = taken.with_batch(done).totals()
            facts = {"content": key, "rows-raw": str(totals.raw), "rows-quarantined": str(totals.quarantined), **now}
            left_out.put(failed, facts, ALWAYS_TRUE if whole else EqualTo(term=BATCH, value=batch.mark))
            for spec in growing.tables:
                held = _merge(changes[spec.name], spec, curated[spec.name], facts, whole=whole)
                if spec.name == f"curated.{growing.source.name}":
                    done = done.model_copy(update={"held": held, "superseded": before + checked.passed.height - held})
                    before = held
            taken = taken.with_batch(done)
    return taken


def _checked(growing: Growing, batch: Batch) -> Checked:
    """Hold the raw rows of a batch to the contract; what it names and they lack is null."""
    raw = growing.lake.read(growing.raw.name, f"{BATCH} == '{batch.mark}'").drop(BATCH)
    contract = growing.data.CONTRACTS[growing.source.name]
    absent = [pl.lit(None, pl.String).alias(name) for name in contract.columns if name not in raw.columns]
    return check(raw.with_columns(absent), contract)


def _number(batch: Batch) -> int:
    return batch.number


def _merge(change: Change, spec: TableSpec, rows: pl.DataFrame, facts: dict[str, str], *, whole: bool) -> int:
    rows = rows.unique(spec.key, keep="last", maintain_order=True)
    return change.put(rows, facts, ALWAYS_TRUE if whole else _same_key(spec.key, rows))


def _same_key(key: str, rows: pl.DataFrame) -> BooleanExpression:
    """Match rows with one of the keys; their range comes first, by which Iceberg leaves out files that have none."""
    if rows.is_empty():
        return AlwaysFalse()
    low, high = rows[key].min(), rows[key].max()
    return And(
        GreaterThanOrEqual(term=key, value=low),
        LessThanOrEqual(term=key, value=high),
        In(term=key, literals=rows[key].to_list()),
    )


def _made_of(growing: Growing, passed: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    name = growing.source.name
    try:
        made = growing.data.curate({**others, name: passed})
    except KeyError as error:
        raise SixfoldError(
            f"`curate` asks for {error} beside a batch of {name}, and no table that grows with {name} reads that",
            remedy=f"name it in `reads` of curated.{name}, where it is a source that does not grow",
        ) from error
    for spec in growing.tables:
        if spec.name not in made:
            raise SixfoldError(
                f"`curate` gave no {spec.name} for a batch of {name}, with which it grows",
                remedy="return it, or correct its `grows_with`",
            )
    kept = made[f"curated.{name}"].height
    if kept != passed.height:
        raise SixfoldError(
            f"{name}: {passed.height} rows that passed became {kept} curated",
            remedy=f"make `curate` keep a row for each row of {name} that passed",
        )
    return made


def _require_all(growing: Growing, taken: Taken) -> None:
    """Hold the record against the tables: what they count comes from their snapshots."""
    name, totals = growing.source.name, taken.totals()
    counted = {layer: growing.lake.count(f"{layer}.{name}") for layer in ("raw", "quarantine", "curated")}
    wanted = {"raw": totals.raw, "quarantine": totals.quarantined, "curated": totals.curated}
    if taken.good and counted != wanted:
        raise SixfoldError(
            f"{name}: the tables have {counted} rows, and the batches {wanted}",
            remedy="look at who else wrote to them: `sixfold data batches` has what each batch brought",
        )
