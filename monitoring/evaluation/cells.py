"""Joined rows as counts: what the figures need of ten million rows fits into some megabytes, and days add up.

Which rows fall into a cell, and what else is added up in it, is the task's (`sixfold.tasks`): a score to four decimals
for yes or no, score and error to some per cent for numbers.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import polars as pl

from monitoring.evaluation.join import CATEGORY
from sixfold.release import SHORT
from sixfold.tasks import Task

WHOLE = ""
"""The name of the slice that holds every row."""
OTHER = "other"
"""The value of a slice that stands for all values which the release did not see in training."""
MOST = 50
"""So many values of a slice, the most frequent, count by themselves where an old release does not say which it saw."""

Trained = Callable[[str], Mapping[str, Collection[str]]]
"""The values of each slice in training, by the short digest of a release; without those that it does not say."""

KEYS = ("api_version", "release", "shadow", "slice", "value")


def count(task: Task, rows: pl.DataFrame, slices: Sequence[str]) -> pl.DataFrame:
    """Return by `KEYS`, `due`, `labelled` and the task's cell: how many `rows`, their `lag_ms`, and the task's sums.

    The lag is from prediction to label. It is a whole number, so that it adds up to the same in any order.
    """
    slim = rows.with_columns(
        pl.col("api_version", "release").cast(CATEGORY),
        lag_ms=(pl.col("known_at") - pl.col("time")).dt.total_milliseconds(),
    )
    cell = {"due": pl.col("due"), "labelled": pl.col("label").is_not_null(), **task.cell()}
    parts = [
        slim.with_columns(
            slice=pl.lit(name).cast(CATEGORY), value=(pl.col(name) if name else pl.lit(WHOLE)).cast(CATEGORY)
        )
        .group_by(*KEYS, *(each.alias(name) for name, each in cell.items()))
        .agg(rows=pl.len().cast(pl.Int64), lag_ms=pl.col("lag_ms").sum(), **task.sums())
        for name in (WHOLE, *slices)
    ]
    short = pl.col("release").cast(pl.String).str.slice(0, SHORT).cast(CATEGORY)
    return pl.concat(parts).with_columns(short)


def fold(task: Task, cells: pl.DataFrame, trained: Trained) -> pl.DataFrame:
    """Return counts in which values of a slice that were not in training count together as `OTHER`.

    What consumers send as an entity so never makes more series, or intervals to compute, than training had values.
    """
    value = pl.col("value").cast(pl.String)
    kept: Any = pl.when(pl.col("slice") == WHOLE).then(value)
    for (release, name), part in cells.partition_by("release", "slice", as_dict=True).items():
        if name == WHOLE:
            continue
        known = trained(str(release)).get(str(name))
        if known is None:
            rows = part.filter(value != OTHER).group_by("value").agg(pl.col("rows").sum())
            known = rows.sort(-pl.col("rows"), value).head(MOST)["value"].drop_nulls().cast(pl.String).to_list()
        here = (pl.col("release") == str(release)) & (pl.col("slice") == str(name))
        kept = kept.when(here & value.is_in(list(known) or [OTHER])).then(value)
    return add(task, [cells.with_columns(kept.otherwise(pl.lit(OTHER)).cast(CATEGORY).alias("value"))])


def add(task: Task, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return counts of several parts of the rows as one."""
    by = (*KEYS, "due", "labelled", *task.cell())
    return pl.concat(parts).group_by(by).agg(pl.col("rows", "lag_ms", *task.sums()).sum())
