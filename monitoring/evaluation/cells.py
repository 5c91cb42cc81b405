"""Joined rows as counts: what the figures need of ten million rows fits into some megabytes, and days add up.

Which rows fall into a cell, and what else is added up in it, is the task's (`sixfold.tasks`): a score to four decimals
for yes or no, score and error to some per cent for numbers.
"""

from collections.abc import Sequence

import polars as pl

from monitoring.evaluation.join import CATEGORY
from sixfold.tasks import Task

WHOLE = ""
"""The name of the slice that holds every row."""

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
    return pl.concat(parts)


def add(task: Task, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return counts of several parts of the rows as one."""
    by = (*KEYS, "due", "labelled", *task.cell())
    return pl.concat(parts).group_by(by).agg(pl.col("rows", "lag_ms", *task.sums()).sum())
