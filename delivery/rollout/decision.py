"""The decision of a rollout: errors, latency and the product's metric, candidate against live release. Pure.

`judge` is called by `delivery.rollout.step`. New evidence takes a field in `Seen`, a harm in `judge`, and a number in
`sixfold.registry.ledger.Numbers`; `delivery.rollout.evidence` measures it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from delivery.rollout.sequential import FEWEST, Bounds, Estimate, bounds, shares
from sixfold.contract import Metric, Product
from sixfold.labels import Labels
from sixfold.registry.ledger import Compared, Numbers

STEPS = (0, 5, 25, 100)
"""Per cent of the traffic that the candidate answers, one after the other; at 0 it only scores what others answer."""


class Verdict(StrEnum):
    """The outcome of a step."""

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


class Doubted(NamedTuple):
    """The evidence without the word of one consumer: without its feedback, or (`own`) without its own predictions."""

    consumer: str
    own: bool
    quality: Callable[[], Quality]


class Seen(NamedTuple):
    """All evidence of one step. `left_out` counts by consumer the predictions that are beyond its `label_share`.

    `with_feedback` is the same, where there are any, with labels that are only the word of consumers.
    """

    quality: Quality
    live: Requests = Requests()
    candidate: Requests = Requests()
    doubts: Sequence[Doubted] = ()
    left_out: Mapping[str, int] = MappingProxyType({})
    with_feedback: "Seen | None" = None


class Judgement(NamedTuple):
    """A verdict, its reason, and the numbers behind it."""

    verdict: Verdict
    reason: str
    numbers: Numbers = Numbers()


def judge(product: Product, seen: Seen, onto: int) -> Judgement:
    """Say whether the candidate may answer `onto` per cent of the traffic.

    It is rolled back where it is surely worse: in its metric by more than the release margin, in failed or slow
    requests by more than the objective allows to be bad at all. It goes on only where labels are enough, it is not
    surely worse at all, and what it could cost at worst, over all traffic, stays within the release margin: at 5% a
    rough idea will do, at 100% not. The word of consumers counts where the label table has not enough labels, and none
    of them decides alone: the verdict is the same without its feedback, and not the opposite without its predictions.
    """
    metric, slo, live, candidate = product.metric, product.slo, seen.live, seen.candidate
    harms = {
        f"the candidate fails more often than availability {slo.availability:g} allows": _worse(
            shares((live.failed, live.all), (candidate.failed, candidate.all)), 1 - slo.availability
        ),
        f"the candidate takes longer than {slo.latency_ms:g} ms more often than the objective allows": _worse(
            shares((live.slow, live.all), (candidate.slow, candidate.all)), 1 - slo.latency_quantile
        ),
    }
    for reason, harmful in harms.items():
        if harmful:
            return Judgement(Verdict.ROLL_BACK, reason, _numbers(metric, seen))
    judgement = _by_all(metric, seen, onto)
    if judgement.verdict is Verdict.HOLD and seen.with_feedback and _labels(metric, seen.quality) is not Labels.ENOUGH:
        return _by_all(metric, seen.with_feedback._replace(live=live, candidate=candidate), onto)
    return judgement


def _by_all(metric: Metric, seen: Seen, onto: int) -> Judgement:
    """Judge by labels, and hold where the verdict is that of one consumer."""
    verdict, reason = _by_labels(metric, seen.quality, onto)
    numbers = _numbers(metric, seen)
    if seen.left_out and _lacking(metric, seen.quality) == reason:
        beyond = ", ".join(f"{count} of {name}" for name, count in sorted(seen.left_out.items()))
        reason = f"{reason}; beyond label_share, and left out: {beyond}"
    for doubt in seen.doubts if verdict is not Verdict.HOLD else ():
        without, why = _by_labels(metric, doubt.quality(), onto)
        if without is not verdict and not (doubt.own and without is Verdict.HOLD):
            part = "predictions" if doubt.own else "feedback"
            rests = f"to {verdict} would rest on the {part} of {doubt.consumer} alone; without: {without}, {why}"
            return Judgement(Verdict.HOLD, rests, numbers)
    return Judgement(verdict, reason, numbers)


def _by_labels(metric: Metric, quality: Quality, onto: int) -> tuple[Verdict, str]:
    gain = _gain(metric, quality.difference)
    if gain.high < -metric.release_margin:
        worse = f"the candidate is worse by more than release_margin, {metric.release_margin:g} {metric.name}"
        return Verdict.ROLL_BACK, worse
    if lacking := _lacking(metric, quality):
        return Verdict.HOLD, lacking
    if gain.high < 0:
        worse = f"the candidate is worse (up to {-gain.low:.4f} {metric.name})"
        return Verdict.HOLD, f"{worse}; whether that exceeds release_margin is not yet known"
    cost = -gain.low * onto / 100
    if not cost <= metric.release_margin:
        possible = f"at {onto}% of the traffic the candidate could still cost {cost:.4f} {metric.name}"
        return Verdict.HOLD, f"{possible}, more than release_margin, {metric.release_margin:g}"
    return Verdict.PROMOTE, f"at {onto}% of the traffic the candidate costs at most {max(cost, 0):.4f} {metric.name}"


def _lacking(metric: Metric, quality: Quality) -> str | None:
    """Return the reason why nothing can be promoted by these labels, None where they suffice."""
    match _labels(metric, quality):
        case Labels.FEW:
            return f"not enough labels yet: {quality.labelled} of {metric.min_labels}"
        case Labels.LOW_COVERAGE if not quality.due:
            return f"none of the predictions is due for a label yet; {metric.label_delay_hours:g} hours are its delay"
        case Labels.LOW_COVERAGE:
            coverage, needed = quality.labelled / quality.due, f"min_coverage asks for {metric.min_coverage:.0%}"
            return f"only {coverage:.0%} of the predictions that are due have a label; {needed}"
    if math.isnan(quality.difference.value):
        hours = f"requests of at least {FEWEST} different hours"
        return f"{metric.name} cannot be compared yet: it needs {hours}, and labels that it is defined on"
    return None


def _labels(metric: Metric, quality: Quality) -> Labels:
    coverage = quality.labelled / quality.due if quality.due else math.nan
    return Labels.of(metric, labelled=quality.labelled, coverage=coverage)


def _gain(metric: Metric, difference: Estimate) -> Bounds:
    """Return by how much the candidate is better: positive is good, whatever the metric's direction."""
    signed = Estimate(metric.sign * difference.value, difference.variance)
    return bounds(signed, 2 * metric.release_margin)


def _worse(difference: Estimate, margin: float) -> bool:
    return bounds(difference, 2 * margin).low > margin


def _numbers(metric: Metric, seen: Seen) -> Numbers:
    quality, candidate, gain = seen.quality, seen.candidate, _gain(metric, seen.quality.difference)
    return Numbers(
        metric=Compared(name=metric.name, candidate=_finite(quality.candidate), live=_finite(quality.live)),
        gain=_finite(gain.value),
        gain_low=_finite(gain.low),
        gain_high=_finite(gain.high),
        labelled=quality.labelled,
        left_out=sum(seen.left_out.values()) or None,
        requests=candidate.all,
        failed=candidate.failed,
        slow=candidate.slow,
    )


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
