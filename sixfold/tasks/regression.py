"""A number: labels and scores are real and finite, in the unit of the product."""

import re
from collections.abc import Mapping
from functools import partial
from typing import ClassVar

import numpy as np
import polars as pl

from sixfold.tasks.base import Counted, Floats, Measure, Task, log_bin


def mae(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean absolute error in units of the label (0 is best); nan without rows."""
    return _mean(np.abs(np.asarray(scores) - labels), weights)


def rmse(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the root of the mean squared error in units of the label (0 is best); nan without rows."""
    return float(np.sqrt(_mean((np.asarray(scores) - labels) ** 2, weights)))


def mape(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean error as a share of the label (0 is best) over labels that are not 0; nan without any."""
    there = np.asarray(labels) != 0
    share = np.abs((np.asarray(scores)[there] - labels[there]) / labels[there])
    return _mean(share, None if weights is None else weights[there])


def r2(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the share of the labels' variance that is explained (1 is best); nan where all labels are the same."""
    if not len(labels) or np.min(labels) == np.max(labels):
        return float("nan")
    spread = (np.asarray(labels) - np.average(labels, weights=weights)) ** 2
    return 1 - _mean((np.asarray(scores) - labels) ** 2, weights) / _mean(spread, weights)


def pinball(quantile: float, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean pinball loss of scores that estimate a quantile (Koenker and Bassett, Econometrica 46, 1978)."""
    over = np.asarray(labels) - scores
    return _mean(np.maximum(quantile * over, (quantile - 1) * over), weights)


class Regression(Task):
    """Labels are finite numbers.

    A cell has one score and one error to within 9% each, so that ten million rows are some ten thousand cells, whatever
    their unit. What a cell keeps are sums: means and the spread within a cell are exact.
    """

    metrics: ClassVar[Mapping[str, Measure]] = {
        "mae": mae,
        "rmse": rmse,
        "mape": mape,
        "r2": r2,
    }
    sections: ClassVar[tuple[str, ...]] = ("predicted", "errors")
    rate: ClassVar[tuple[str, str] | None] = ("mean label", "{:.4g}")

    @classmethod
    def metric(cls, name: str) -> Measure | None:
        """Return the metric of that name; `pinball_90` is the pinball loss of the 90th percentile."""
        percent = re.fullmatch(r"pinball_([1-9]\d?)", name)
        return partial(pinball, int(percent[1]) / 100) if percent else super().metric(name)

    def encode(self, labels: pl.Series) -> pl.Series:
        """Return numbers, null for what is none or is infinite."""
        numbers = labels.cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_finite(), None)

    def domain(self) -> str:
        """Return which labels there are."""
        return "a finite number"

    def cell(self) -> dict[str, pl.Expr]:
        """Return the cell of the score and that of the error; rows without a label share one."""
        known = pl.col("label").is_not_null()
        return {
            "score_bin": pl.when(known).then(log_bin(pl.col("score"))),
            "error_bin": log_bin(pl.col("label") - pl.col("score")),
        }

    def sums(self) -> dict[str, pl.Expr]:
        """Return the sums of score and error, and of the squared score for its spread."""
        return {
            "scores": pl.col("score").sum(),
            "squares": (pl.col("score") ** 2).sum(),
            "errors": (pl.col("label") - pl.col("score")).sum(),
        }

    def counted(self, cells: pl.DataFrame) -> Counted:
        """Return two rows for each cell, one below and one above the mean of its scores: so its spread is kept."""
        rows, scores, squares, errors = (
            cells[name].to_numpy().astype(float) for name in ("rows", "scores", "squares", "errors")
        )
        mean, error = scores / rows, errors / rows
        spread = np.sqrt(np.maximum(squares / rows - mean**2, 0))
        at = np.concatenate([mean - spread, mean + spread])
        return Counted(at + np.tile(error, 2), at, np.tile(rows / 2, 2))

    def calibration_error(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:  # noqa: ARG002 - the interface
        """Return nan: a number promises no rate."""
        return float("nan")


def _mean(parts: Floats, weights: Floats | None) -> float:
    return float(np.average(parts, weights=weights)) if len(parts) else float("nan")
