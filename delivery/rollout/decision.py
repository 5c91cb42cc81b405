"""Whether a rollout goes on: errors, latency and the product's metric, candidate against live release. Pure."""

import math
from enum import StrEnum
from typing import NamedTuple

from delivery.rollout.sequential import (
    Bounds,
    Estimate,
    bounds,
    shares,
)
from sixfold.contract import Metric, Product

STEPS = (0, 5, 25, 100)
"""Per cent of the traffic that the candidate answers, one after the other; at 0 it only scores what others answer."""


class Verdict(StrEnum):
    """What is to be done."""

    PROMOTE = "promote"
    HOLD = "hold"
    ROLL_BACK = "roll back"


class Requests(NamedTuple):
    """Requests of one release since the step began: all, those that failed, and those slower than the objective."""

    all: int = 0
    failed: int = 0
    slow: int = 0


class Quality(NamedTuple):
    """The metric on the predictions that both releases made: `labelled` of `due` have their label by now."""

    labelled: int
    due: int
    live: float
    candidate: float
    difference: Estimate


class Judgement(NamedTuple):
    """A verdict, why, and the numbers behind it."""

    verdict: Verdict
    reason: str
    numbers: dict[str, float]


def judge(product: Product, quality: Quality, live: Requests, candidate: Requests, onto: int) -> Judgement:
    """Say whether the candidate may answer `onto` per cent of the traffic.

    It is rolled back where it is surely worse: in its metric by more than the release margin, in failed or slow
    requests by more than the objective allows to be bad at all. It goes on only where labels are enough, it is not
    surely worse at all, and what it could cost at worst, over all traffic, stays within the release margin: at 5% a
    rough idea will do, at 100% not.
    """
    metric, slo = product.metric, product.slo
    failures = _worse(shares((live.failed, live.all), (candidate.failed, candidate.all)), 1 - slo.availability)
    slowness = _worse(shares((live.slow, live.all), (candidate.slow, candidate.all)), 1 - slo.latency_quantile)
    gain = _gain(metric, quality.difference)
    numbers = _numbers(metric, quality, gain) | {"failed": candidate.failed, "slow": candidate.slow}
    numbers |= {"requests": candidate.all}
    harms = {
        "it fails more often than the objective allows": failures,
        "it is slow more often than the objective allows": slowness,
        f"its {metric.name} is worse by more than {metric.release_margin:g}": gain.high < -metric.release_margin,
    }
    for reason, harmful in harms.items():
        if harmful:
            return Judgement(Verdict.ROLL_BACK, reason, numbers)
    verdict, reason = _enough(metric, quality, gain, onto)
    return Judgement(verdict, reason, numbers)


def _enough(metric: Metric, quality: Quality, gain: Bounds, onto: int) -> tuple[Verdict, str]:
    if quality.labelled < metric.min_labels:
        return Verdict.HOLD, f"not enough labels yet: {quality.labelled} of {metric.min_labels}"
    coverage = quality.labelled / quality.due if quality.due else math.nan
    if not coverage >= metric.min_coverage:
        return Verdict.HOLD, f"labels for {coverage:.0%} of what is due, and not for {metric.min_coverage:.0%}"
    if gain.high < 0:
        return (
            Verdict.HOLD,
            f"it is worse, by at most {-gain.low:.4f} of {metric.name}, and more than the margin or not",
        )
    cost = -gain.low * onto / 100
    if not cost <= metric.release_margin:
        return Verdict.HOLD, f"at {onto}% it could still cost {cost:.4f} of {metric.name}"
    return Verdict.PROMOTE, f"at {onto}% it costs at most {max(cost, 0):.4f} of {metric.name}"


def _gain(metric: Metric, difference: Estimate) -> Bounds:
    """Return by how much the candidate is better: positive is good, whatever the metric's direction."""
    signed = Estimate(metric.sign * difference.value, difference.variance)
    return bounds(signed, 2 * metric.release_margin)


def _worse(difference: Estimate, margin: float) -> bool:
    return bounds(difference, 2 * margin).low > margin


def _numbers(metric: Metric, quality: Quality, gain: Bounds) -> dict[str, float]:
    found = {
        metric.name: quality.candidate,
        f"live_{metric.name}": quality.live,
        "gain": gain.value,
        "gain_low": gain.low,
        "gain_high": gain.high,
        "labelled": quality.labelled,
    }
    return {name: float(value) for name, value in found.items() if math.isfinite(value)}
