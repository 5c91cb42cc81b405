"""Feature tables compared and written by the month, so that a new day touches its own partitions alone."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from pyiceberg.expressions import AlwaysFalse, And, BooleanExpression, GreaterThanOrEqual, LessThan, Or
from pyiceberg.table import ALWAYS_TRUE

from sixfold.product import TableSpec

if TYPE_CHECKING:
    from models.lake import Lake

EPOCH = datetime(1970, 1, 2, tzinfo=UTC)  # Feast refuses the first
_NOTE = "months"  # the fact of a snapshot that keeps the digests
_EVENT = "event_timestamp"
_DIGITS = 16


class Changed(NamedTuple):
    """How a table differs from what it should be: the months, by their first moments, in which it does.

    `whole`: in every one. `now` has the digests of what it should be.
    """

    months: tuple[datetime, ...]
    whole: bool
    now: Mapping[str, str]

    @property
    def where(self) -> BooleanExpression:
        """The rows of these months."""
        none: BooleanExpression = AlwaysFalse()
        return ALWAYS_TRUE if self.whole else reduce(Or, map(_within, self.months), none)

    def since(self, lake: "Lake", spec: TableSpec, frame: pl.DataFrame, keys: Sequence[str]) -> datetime | None:
        """Return from when on the newest row of an entity may be another than it was; None where none can be.

        An entity that is gone from the months that changed has its newest row before them.
        """
        if self.whole:
            return EPOCH
        if not self.months:
            return None
        before = lake.read(spec.name, self.where)
        after = frame.filter(pl.col(_EVENT) >= self.months[0])
        gone = before.join(after, on=[*keys], how="anti", nulls_equal=True)
        return self.months[0] if gone.is_empty() else EPOCH


def changed(lake: "Lake", spec: TableSpec, frame: pl.DataFrame) -> Changed:
    """Compare what a table should have with what its snapshot noted of it; without a note it has changed whole."""
    now = _digests(frame)
    noted = lake.facts(spec.name).get(_NOTE)
    before: dict[str, str] = json.loads(noted) if noted and spec.month_of == _EVENT else {}
    same = {month for month, digest in before.items() if now.get(month) == digest}
    return Changed(tuple(map(_start, sorted((before.keys() | now.keys()) - same))), whole=not same, now=now)


def write(lake: "Lake", spec: TableSpec, frame: pl.DataFrame, found: Changed, facts: Mapping[str, str]) -> None:
    """Write the months that have changed, in one commit; the files of the others stay."""
    starts = {f"{month:%Y-%m}" for month in found.months}
    rows = frame if found.whole else frame.filter(_month().is_in(starts))
    with lake.change(spec) as change:
        change.put(rows, {**facts, _NOTE: json.dumps(found.now)}, found.where)


def _digests(frame: pl.DataFrame) -> dict[str, str]:
    """By month (`2013-01`), a digest of its rows, in whatever order, and of the columns."""
    parts = frame.with_columns(_month().alias("")).partition_by("", as_dict=True)
    return {str(month): _digest(rows.drop("")) for (month,), rows in sorted(parts.items())}


def _digest(rows: pl.DataFrame) -> str:
    return hashlib.sha256(rows.sort(rows.columns).rechunk().write_ipc(None).getvalue()).hexdigest()[:_DIGITS]


def _month() -> pl.Expr:
    return pl.col(_EVENT).dt.strftime("%Y-%m")


def _start(month: str) -> datetime:
    return datetime.strptime(f"{month}+0000", "%Y-%m%z")


def _within(month: datetime) -> BooleanExpression:
    after = month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)
    return And(GreaterThanOrEqual(term=_EVENT, value=month.isoformat()), LessThan(term=_EVENT, value=after.isoformat()))
