"""Yes or no: labels of 0 and 1, and a score from 0 to 1, the probability of 1."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import polars as pl

from sixfold.tasks.base import Counted, Floats, Measure, Task, reliability

DIGITS = 4
"""Scores are counted to so many decimals: those that fall together are ties, which moves an AUC by less than 1e-4."""


def roc_auc(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the chance that a positive scores above a negative (0 to 1); nan where the labels are all the same."""
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415 - a second that readers of the vocabulary need not wait

    return float(roc_auc_score(labels, scores, sample_weight=weights)) if _has_both(labels) else float("nan")


def average_precision(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the area below the precision-recall steps (0 to 1); nan where the labels are all the same."""
    from sklearn.metrics import average_precision_score  # noqa: PLC0415 - see roc_auc

    return float(average_precision_score(labels, scores, sample_weight=weights)) if _has_both(labels) else float("nan")


def brier(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean squared error of the probabilities (0 is best, 1 is worst); nan without rows."""
    squared = (np.asarray(scores) - np.asarray(labels)) ** 2
    return float(np.average(squared, weights=weights)) if len(squared) else float("nan")


def log_loss(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean negative log-likelihood in nats (0 is best); nan without rows."""
    from sklearn.metrics import log_loss as loss  # noqa: PLC0415 - see roc_auc

    return float(loss(labels, scores, labels=[0, 1], sample_weight=weights)) if len(labels) else float("nan")


class Binary(Task):
    """Labels are true and false, or 1 and 0."""

    metrics: ClassVar[Mapping[str, Measure]] = {
        "roc_auc": roc_auc,
        "average_precision": average_precision,
        "brier": brier,
        "log_loss": log_loss,
    }
    sections: ClassVar[tuple[str, ...]] = ("roc", "calibrated")
    rate: ClassVar[tuple[str, str] | None] = ("positive", "{:.1%}")

    def encode(self, labels: pl.Series) -> pl.Series:
        """Return 0 and 1, null for anything else."""
        numbers = labels.cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_in([0.0, 1.0]), None)

    def domain(self) -> str:
        """Return which labels there are."""
        return "0 or 1, or false or true"

    def cell(self) -> dict[str, pl.Expr]:
        """Return the score to `DIGITS` decimals, and the label."""
        return {"score": pl.col("score").round(DIGITS), "label": pl.col("label")}

    def counted(self, cells: pl.DataFrame) -> Counted:
        """Return a row for each cell."""
        return Counted(*(cells[name].to_numpy().astype(float) for name in ("label", "score", "rows")))

    def calibration_error(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        """Return the expected calibration error of the probabilities."""
        return reliability(labels, scores, weights)


def _has_both(labels: Floats) -> bool:
    return bool(len(labels)) and bool(np.min(labels) != np.max(labels))
