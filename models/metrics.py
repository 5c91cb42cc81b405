"""The figures that a product can choose. Training, the release gate and the live evaluation call the same functions."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn import metrics

Floats = npt.NDArray[np.floating]
Metric = Callable[[Floats, Floats], float]


def roc_auc(labels: Floats, scores: Floats) -> float:
    """Return the chance that a positive scores above a negative (0 to 1); nan where the labels are all the same."""
    return float(metrics.roc_auc_score(labels, scores)) if _has_both(labels) else float("nan")


def average_precision(labels: Floats, scores: Floats) -> float:
    """Return the area below the precision-recall steps (0 to 1); nan where the labels are all the same."""
    return float(metrics.average_precision_score(labels, scores)) if _has_both(labels) else float("nan")


def brier(labels: Floats, scores: Floats) -> float:
    """Return the mean squared error of the probabilities (0 is best, 1 is worst)."""
    return float(np.mean((np.asarray(scores) - np.asarray(labels)) ** 2))


def log_loss(labels: Floats, scores: Floats) -> float:
    """Return the mean negative log-likelihood in nats (0 is best)."""
    return float(metrics.log_loss(labels, scores, labels=[0, 1]))


METRICS: dict[str, Metric] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
}
"""By name, as in `metric.name` of a product.yaml. Each takes `labels[n]` of 0 and 1 and `scores[n]` from 0 to 1."""


def _has_both(labels: Floats) -> bool:
    return bool(len(labels)) and bool(np.min(labels) != np.max(labels))
