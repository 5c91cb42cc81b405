"""Joined rows as counts: what the figures need of ten million rows fits into some megabytes, and days add up.

Scores are rounded to `DIGITS` decimals. Scores that fall together count as ties, which moves an AUC by less than 1e-4
(`tests/unit/monitoring/evaluation/test_figures.py` compares the two on real scores).
"""

from collections.abc import Sequence

import polars as pl

from monitoring.evaluation.join import CATEGORY

DIGITS = 4
WHOLE = ""
"""The name of the slice that holds every row."""

KEYS = ("api_version", "release", "shadow", "slice", "value")


def count(rows: pl.DataFrame, slices: Sequence[str]) -> pl.DataFrame:
    """Return by `KEYS`, score, label and `due` how many `rows` there are, and the sum of their `lag_ms`.

    The lag is from prediction to label. It is a whole number, so that it adds up to the same in any order.
    """
    slim = rows.with_columns(
        pl.col("score").round(DIGITS),
        pl.col("api_version", "release").cast(CATEGORY),
        lag_ms=(pl.col("known_at") - pl.col("time")).dt.total_milliseconds(),
    )
    parts = [
        slim.with_columns(
            slice=pl.lit(name).cast(CATEGORY), value=(pl.col(name) if name else pl.lit(WHOLE)).cast(CATEGORY)
        )
        .group_by(*KEYS, "score", "label", "due")
        .agg(rows=pl.len().cast(pl.Int64), lag_ms=pl.col("lag_ms").sum())
        for name in (WHOLE, *slices)
    ]
    return pl.concat(parts)


def add(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return counts of several parts of the rows as one."""
    return pl.concat(parts).group_by(*KEYS, "score", "label", "due").agg(pl.col("rows", "lag_ms").sum())
