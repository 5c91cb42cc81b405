"""The columns of a CSV file, and the part that each plays in a product. Pure; all columns come as strings."""

import keyword
import re
from collections.abc import Iterable
from typing import NamedTuple

import polars as pl
from pydantic import BaseModel

from sixfold.contract import FEWEST_CLASSES
from sixfold.errors import SixfoldError

_MOST_CLASSES = 50
_POSITIVE = ("1", "true", "yes", "y", "t")
_RESERVED = {"at", "known_at", "event_timestamp", "label", "label_key", "hour", "weekday", "probability"}
_LONGEST = 20
"""Characters of a name in Python: every line of the templates then has less than 120."""
_SHOWN = 5


class Label(NamedTuple):
    """The label as the task counts it: a number, or the place of a class; null where the file has none."""

    values: pl.Series
    classes: tuple[str, ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    """Of a binary task: each text of the file, and whether it is 0 or 1."""


def times(column: pl.Series) -> pl.Series:
    """Return the moments of a column, as the lake will read them: those without a zone are UTC.

    Raises:
        SixfoldError: a value is no time.

    """
    try:
        found = column.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    except pl.exceptions.PolarsError:  # no format fits at all
        found = pl.Series(column.name, [None] * len(column), dtype=pl.Datetime("us", "UTC"))
    bad = column.filter(found.is_null() & column.is_not_null())
    if len(bad) or found.null_count() == len(found):
        raise SixfoldError(
            f"--time: the column {column.name!r} has no time in {len(bad):,} rows{_such_as(bad)}",
            remedy="write times as 2026-01-31 or 2026-01-31T18:00:00Z in the file, or name another column",
        )
    return found


def label(column: pl.Series, task: str) -> Label:
    """Return a label column as a task counts it.

    Raises:
        SixfoldError: the task has no such labels.

    """
    if task == "regression":
        numbers = column.cast(pl.Float64, strict=False)
        bad = column.filter(~numbers.is_finite().fill_null(value=False) & column.is_not_null())
        if len(bad) or numbers.null_count() == len(numbers):
            raise _no_label(column, task, f"{len(bad):,} values are not numbers{_such_as(bad)}")
        return Label(numbers)
    found = sorted(column.drop_nulls().unique().to_list(), key=_by_size)
    if task == "binary":
        if len(found) != 2:  # noqa: PLR2004 - yes and no
            raise _no_label(column, task, f"it has {len(found)} values instead of two{_such_as(found)}")
        positive = next((text for text in found if text.lower() in _POSITIVE), found[1])
        places = tuple((text, float(text == positive)) for text in sorted(found, key=lambda text: text == positive))
        return Label(column.replace_strict(dict(places), return_dtype=pl.Float64), (), places)
    if not FEWEST_CLASSES <= len(found) <= _MOST_CLASSES:
        limits = f"{FEWEST_CLASSES} to {_MOST_CLASSES}"
        raise _no_label(column, task, f"it has {len(found)} values instead of {limits}{_such_as(found)}")
    codes = {text: float(place) for place, text in enumerate(found)}
    return Label(column.replace_strict(codes, return_dtype=pl.Float64), tuple(found))


def entity(rows: pl.DataFrame, time: str, wanted: str | None, others: Iterable[str]) -> str | None:
    """Return the column that tells rows of the same time apart; None where all rows are one series.

    Args:
        rows: the rows; the time is parsed.
        time: the column with the time.
        wanted: the column that somebody named.
        others: the columns to look among, where nobody did.

    Raises:
        SixfoldError: rows share time and entity, so that nothing tells them apart.

    """
    if wanted is not None:
        return _unique(rows, time, wanted)
    if rows[time].is_unique().all():
        return None
    found = [
        name for name in others if rows.select(time, name).is_unique().all() and rows[name].n_unique() * 2 < rows.height
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise SixfoldError(
            "several rows have the same time, and more than one column tells them apart",
            remedy=f"name one of these with --entity: {', '.join(found)}",
        )
    raise SixfoldError(
        "several rows have the same time, and no column tells them apart",
        remedy="keep one row for each time in the file, or add a column that says which series a row belongs to",
    )


def _unique(rows: pl.DataFrame, time: str, wanted: str) -> str:
    same = int((~rows.select(time, wanted).is_unique()).sum())
    if same:
        raise SixfoldError(
            f"--entity: {same:,} rows share {time!r} and {wanted!r} with another one",
            remedy="keep one of them in the file, or name a column that tells them apart",
        )
    return wanted


def numbers(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the columns that become features, and for each of the others a word about why it does not."""
    kept, dropped = [], []
    for column in rows.iter_columns():
        values = column.cast(pl.Float64, strict=False)
        if values.null_count() > column.null_count():
            dropped.append(f"{column.name} (text, {column.n_unique()} values)")
        elif values.drop_nulls().n_unique() < 2:  # noqa: PLR2004 - nothing to tell apart
            dropped.append(f"{column.name} (always the same)")
        else:
            kept.append(column.name)
    return kept, dropped


def names(columns: Iterable[str]) -> dict[str, str]:
    """Return a name in Python for each column: lower case, unlike any other, and of no meaning elsewhere."""
    found: dict[str, str] = {}
    for column in columns:
        plain = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")[:_LONGEST] or "column"
        plain = f"n{plain}" if plain[0].isdigit() else plain
        taken = {*found.values(), *_RESERVED, *keyword.kwlist, *dir(BaseModel), "series", "probabilities"}
        found[column] = next(
            name for name in (plain, *(f"{plain}_{number}" for number in range(2, 10_000))) if name not in taken
        )
    return found


def _by_size(text: str) -> tuple[float, str]:
    try:
        return float(text), text
    except ValueError:
        return float("inf"), text


def _such_as(values: Iterable[str]) -> str:
    shown = list(dict.fromkeys(values))[:_SHOWN]
    return f", such as {', '.join(map(repr, shown))}" if shown else ""


def _no_label(column: pl.Series, task: str, why: str) -> SixfoldError:
    fits = {"binary": "two values", "multiclass": "the names of the classes", "regression": "numbers"}[task]
    return SixfoldError(
        f"--label: the column {column.name!r} does not fit the task {task}: {why}",
        remedy=f"name a column with {fits}, or choose another --task",
    )
