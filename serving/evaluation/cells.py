"""Joined rows as counts: what the figures need of ten million rows fits into some megabytes, and days add up.

Scores are rounded to `DIGITS` decimals. Scores that fall together count as ties, which moves an AUC by less than 1e-4
(`tests/serving/evaluation/test_figures.py` compares the two on real scores).
"""

from collections.abc import Sequence

import polars as pl

DIGITS = 4
WHOLE = ""
"""The name of the slice that holds every row."""

KEYS = ("api_version", "release", "shadow", "slice", "value")


def count(rows: pl.DataFrame, slices: Sequence[str]) -> pl.DataFrame:
    """Return by `KEYS`, score, label and `due` how many `rows` there are, and the sum of their `lag_s`, in seconds.

    The lag is from prediction to label.
    """
    lag = (pl.col("known_at") - pl.col("time")).dt.total_milliseconds() / 1000
    slim = rows.with_columns(pl.col("score").round(DIGITS), lag_s=lag)
    parts = [
        slim.with_columns(slice=pl.lit(name), value=pl.col(name) if name else pl.lit(WHOLE))
        .group_by(*KEYS, "score", "label", "due")
        .agg(rows=pl.len().cast(pl.Int64), lag_s=pl.col("lag_s").sum())
        for name in (WHOLE, *slices)
    ]
    return pl.concat(parts)


def add(days: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the counts of several days as one."""
    return pl.concat(days).group_by(*KEYS, "score", "label", "due").agg(pl.col("rows", "lag_s").sum())
