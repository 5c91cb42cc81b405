"""Bounds on a difference that hold at all evaluations at once, so that frequent evaluation misleads nobody.

A fixed-sample interval is right once; looked at again and again it is wrong sooner or later. These bounds are those of
Robbins' normal mixture (Ann. Math. Statist. 41, 1970), which underlie the mixture SPRT of Johari, Koomen, Pekelis and
Walsh ("Always Valid Inference", Operations Research 70, 2022); with an estimated variance they hold asymptotically
(Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Ann. Statist. 52, 2024).
"""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sixfold.tasks import Floats, Measure

LEVEL = 0.10
"""The chance that the truth is ever outside of the bounds: about half of it on each side."""

GROUPS = 40
"""Into so many groups the hours are dealt."""

FEWEST = GROUPS // 4
"""With fewer groups nothing is said."""


class Estimate(NamedTuple):
    """A figure and the variance of its error; nan where the rows do not tell."""

    value: float
    variance: float


class Bounds(NamedTuple):
    """A figure, and the bounds that have held at every evaluation so far; infinite where nothing is known."""

    value: float
    low: float
    high: float


def bounds(estimate: Estimate, scale: float) -> Bounds:
    """Return bounds that hold at all evaluations with probability 1 - `LEVEL`; tightest at about `scale`."""
    value, variance = estimate
    if math.isnan(value) or math.isnan(variance):
        return Bounds(value, -math.inf, math.inf)
    if variance == 0:
        return Bounds(value, value, value)
    prior = scale**2
    reach = 2 * math.log(1 / LEVEL) + math.log((variance + prior) / variance)
    half = math.sqrt(variance * (variance + prior) / prior * reach)
    return Bounds(value, value - half, value + half)


def paired(
    measure: Measure, labels: Floats, live: Floats, candidate: Floats, hours: npt.NDArray[np.integer]
) -> Estimate:
    """Return the gain of the candidate's figure over the live one's, on the same rows.

    The variance is a delete-a-group jackknife, which errs to the large side (Efron and Stein, Ann. Statist. 9, 1981).
    Whole hours are dealt to the groups, so that rows of one hour, which share what happened then, may depend on each
    other; hours are taken to be independent given how the difference behaves over the span as a whole.

    Args:
        measure: the product's metric.
        labels: what turned out [n].
        live: scores of the live release [n] or [n, classes].
        candidate: scores of the candidate, of the same shape.
        hours: which hour each row is of [n].

    """
    _, order = np.unique(hours, return_inverse=True)
    groups = min(GROUPS, int(order.max(initial=-1)) + 1)
    if groups < FEWEST:
        return Estimate(math.nan, math.nan)

    def difference(kept: npt.NDArray[np.bool_]) -> float:
        return measure(labels[kept], candidate[kept]) - measure(labels[kept], live[kept])

    without = np.array([difference(order % groups != group) for group in range(groups)])
    variance = (groups - 1) / groups * float(np.sum((without - without.mean()) ** 2))
    return Estimate(difference(np.ones(len(labels), dtype=bool)), variance)


def shares(live: tuple[int, int], candidate: tuple[int, int]) -> Estimate:
    """Return the excess of the candidate's share of bad requests, from (bad, all) of each; nan without requests.

    Half a bad request and half a good one are added, so that no failure yet is not taken for certainty.
    """
    if not live[1] or not candidate[1]:
        return Estimate(math.nan, math.nan)
    (p, p_variance), (q, q_variance) = (_share(*each) for each in (live, candidate))
    return Estimate(q - p, p_variance + q_variance)


def _share(bad: int, of: int) -> tuple[float, float]:
    share = (bad + 0.5) / (of + 1)
    return share, share * (1 - share) / (of + 1)
