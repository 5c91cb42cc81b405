"""The figures that a product can choose: one definition for training, the report, the gate, the canary and the alert.

Each takes `labels[n]` and `scores[n]`, and `weights[n]`: how many rows each stands for, one each where left out. The
live evaluation counts equal rows once, and so measures ten million of them in the memory of some thousand.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.product import load_code

Floats = npt.NDArray[np.floating]
BINS = 10


class Measure(Protocol):
    """A metric as a function; nan where the rows do not tell."""

    def __call__(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        """Return the figure for `labels[n]`, `scores[n]` and `weights[n]`."""


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


METRICS: dict[str, Measure] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
    "brier": brier,
    "log_loss": log_loss,
}
"""By name, as in `metric.name` of a product.yaml, for labels of 0 and 1 and scores from 0 to 1."""


def measure_of(product: Product) -> Measure:
    """Return the product's metric: one of `METRICS`, or a function of that name in its own `metrics.py`.

    Raises:
        SixfoldError: neither has it.

    """
    name = product.metric.name
    if name in METRICS:
        return METRICS[name]
    try:
        own: Measure = load_code(product).metric(name)
    except SixfoldError as error:
        raise SixfoldError(
            f"{product.name} has no metric {name!r}: {error.what}",
            remedy=f"choose one of {', '.join(METRICS)} in its product.yaml, or {error.remedy}",
        ) from error
    return own


def calibration_error(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the expected calibration error over `BINS` bins of equal weight, nan without rows.

    It is the mean distance between rate and mean score of a bin (Naeini, Cooper and Hauskrecht, AAAI 2015). Rows of one
    score are in one bin, so that their order is of no matter.
    """
    if not len(labels):
        return float("nan")
    levels, at = np.unique(scores, return_inverse=True)
    given = np.ones(len(at)) if weights is None else np.asarray(weights, dtype=float)
    weight = np.bincount(at, given)
    gap = np.bincount(at, np.asarray(labels) * given) - levels * weight
    bins = ((np.cumsum(weight) - weight / 2) * BINS / weight.sum()).astype(int)
    return float(np.abs(np.bincount(bins, gap)).sum() / weight.sum())


def _has_both(labels: Floats) -> bool:
    return bool(len(labels)) and bool(np.min(labels) != np.max(labels))
