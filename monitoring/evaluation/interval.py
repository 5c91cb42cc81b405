"""Two-sided confidence intervals for a metric of counted rows."""

from typing import NamedTuple

import numpy as np

from sixfold.tasks import Floats, Measure
from sixfold.tasks.binary import roc_auc

CONFIDENCE = 0.95
_Z = 1.959964
_RESAMPLES = 200


class Interval(NamedTuple):
    """A figure, and the bounds between which the truth lies with `CONFIDENCE`; all nan where the rows do not tell."""

    value: float
    low: float
    high: float


def interval(measure: Measure, labels: Floats, scores: Floats, weights: Floats) -> Interval:
    """Measure `labels[n]` and `scores[n]` or `[n, classes]`, each of which stands for `weights[n]` rows.

    An AUC has an exact variance (DeLong, DeLong and Clarke-Pearson, Biometrics 1988); every other metric is measured
    again on 200 resamples, and the interval is from their 2.5th percentile to their 97.5th (Efron's percentile
    bootstrap, seeded: the same rows give the same interval).
    """
    value = measure(labels, scores, weights)
    if np.isnan(value):
        return Interval(value, value, value)
    if measure is roc_auc:
        half = _Z * delong_deviation(labels, scores, weights)
        return Interval(value, max(0.0, value - half), min(1.0, value + half))
    random, rows, shares = np.random.default_rng(0), round(weights.sum()), weights / weights.sum()
    draws = (random.multinomial(rows, shares) for _ in range(_RESAMPLES))  # one at a time in memory
    figures = [measure(labels[drawn > 0], scores[drawn > 0], drawn[drawn > 0].astype(float)) for drawn in draws]
    low, high = np.nanquantile(figures, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(value, float(low), float(high))


def delong_deviation(labels: Floats, scores: Floats, weights: Floats) -> float:
    """Return the standard deviation of an AUC, nan with fewer than two rows of a class."""
    levels, at = np.unique(scores, return_inverse=True)
    positive: Floats = np.bincount(at, weights * (labels > 0), len(levels)).astype(float)
    negative: Floats = np.bincount(at, weights * (labels <= 0), len(levels)).astype(float)
    above = 1 - _placement(positive)  # share of positives above each level, half of those at it
    below = _placement(negative)
    return float(np.sqrt(_variance(below, positive) + _variance(above, negative)))


def _placement(counts: Floats) -> Floats:
    placed: Floats = (np.cumsum(counts) - counts / 2) / counts.sum()
    return placed


def _variance(placed: Floats, counts: Floats) -> float:
    rows = counts.sum()
    mean = np.average(placed, weights=counts)
    return float(counts @ (placed - mean) ** 2 / (rows - 1) / rows) if rows > 1 else float("nan")
