"""Drift: the distance between live values and the training values. The reference is in the release itself."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sixfold.declared import Strict

SCORE = "score"
CENTILES = 100
_BINS = 10
_LEAST = 1e-4  # an empty bin counts as this share, or one row in it would be infinitely surprising

Values = npt.NDArray[np.floating]


class Reference(Strict):
    """One feature, or the score, in training: its minimum, 99 centiles and maximum, and the share that was missing.

    `centiles` are empty where every value was missing.
    """

    centiles: tuple[float, ...]
    missing: float


def describe(values: Values) -> Reference:
    """Return the reference for values[n], nan where missing."""
    there = values[~np.isnan(values)]
    points = np.quantile(there, np.linspace(0, 1, CENTILES + 1)) if len(there) else np.array([])
    missing = 1 - len(there) / len(values) if len(values) else 0.0
    return Reference(centiles=tuple(float(point) for point in points), missing=missing)


def describe_all(columns: Mapping[str, Values]) -> dict[str, Reference]:
    """Return the reference of each column."""
    return {name: describe(values) for name, values in columns.items()}


def named_scores(classes: Sequence[str], scores: Values) -> dict[str, Values]:
    """Return `scores[n]` as the column `score`, or `scores[n, k]` as a column for each class."""
    if scores.ndim == 1:
        return {SCORE: scores}
    return {score_of(name): column for name, column in zip(classes, scores.T, strict=True)}


def score_of(name: str) -> str:
    """Return the name of the distribution of a class's probability, beside those of features."""
    return f"{SCORE} of {name}"


def population_stability(reference: Reference, values: Values) -> float:
    """Return the population stability index of values[n] against training, nan without values.

    It is the sum of (live - trained) * ln(live / trained) over the shares of deciles and of missing values (Siddiqi,
    Credit Risk Scorecards, 2006, who calls 0.1 a slight change and 0.25 a large one).
    """
    if not len(values):
        return float("nan")
    edges = np.unique(np.array(reference.centiles)[:: CENTILES // _BINS][1:-1])
    trained = np.append(np.diff([0, *_below(reference, edges), 1]) * (1 - reference.missing), reference.missing)
    there = values[~np.isnan(values)]
    binned = np.bincount(np.searchsorted(edges, there, side="left"), minlength=len(edges) + 1)
    live = np.append(binned, len(values) - len(there)) / len(values)
    live, trained = np.maximum(live, _LEAST), np.maximum(trained, _LEAST)
    return float(np.sum((live - trained) * np.log(live / trained)))


def kolmogorov_smirnov(reference: Reference, values: Values) -> float:
    """Return the largest distance (0 to 1) between live and trained distribution; missing values do not count.

    It is looked at the centiles of training, so it is short of the exact distance by 0.01 at most; nan without values.
    """
    there = np.sort(values[~np.isnan(values)])
    if not len(there) or not reference.centiles:
        return float("nan")
    points = np.unique(reference.centiles)
    live = np.searchsorted(there, points, side="right") / len(there)
    before = np.searchsorted(there, points, side="left") / len(there)
    trained = _below(reference, points)
    inside = np.abs(live - trained)[:-1]
    return float(max([*inside, before[0], 1 - live[-1]]))


def _below(reference: Reference, points: Values) -> Values:
    """Return the share of trained values at or below each point."""
    places = np.searchsorted(reference.centiles, points, side="right") - 1
    shares: Values = np.clip(places / CENTILES, 0, 1)
    return shares
