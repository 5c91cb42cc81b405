import math

import numpy as np
import pytest

from delivery.rollout.sequential import (
    FEWEST,
    LEVEL,
    Estimate,
    bounds,
    paired,
    shares,
)
from sixfold.tasks import Floats
from sixfold.tasks.binary import brier

RUNS, LOOKS, ROWS_A_LOOK, ROWS_AN_HOUR = 200, 12, 120, 12


def rank_auc(labels: Floats, scores: Floats, _weights: Floats | None = None) -> float:
    """The AUC by ranks: scikit-learn's, without the checks that take most of its time."""
    ranks = np.argsort(np.argsort(scores)) + 1.0
    positives = int(labels.sum())
    above = ranks[labels > 0].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(labels) - positives)))


def _history(seed: int, harm: float = 0.0) -> tuple[Floats, Floats, Floats, Floats]:
    """Labels, and scores of two releases that share most of what they see; `harm` makes the second one's noisier."""
    draw = np.random.default_rng(seed)
    rows = LOOKS * ROWS_A_LOOK
    labels = (draw.random(rows) < 0.25).astype(float)
    shared = labels + draw.normal(size=rows)
    live, candidate = (shared + noise * draw.normal(size=rows) for noise in (0.5, 0.5 + harm))
    return labels, live, candidate, np.arange(rows) // ROWS_AN_HOUR


def _estimates(seed: int, harm: float = 0.0) -> list[Estimate]:
    labels, live, candidate, hours = _history(seed, harm)
    ends = range(ROWS_A_LOOK, LOOKS * ROWS_A_LOOK + 1, ROWS_A_LOOK)
    return [paired(rank_auc, labels[:n], live[:n], candidate[:n], hours[:n]) for n in ends]


@pytest.fixture(scope="module")
def of_equals() -> list[list[Estimate]]:
    """Evidence, evaluation by evaluation, on candidates that are as good as the live release."""
    return [_estimates(seed) for seed in range(RUNS)]


def test_looking_often_calls_an_equal_candidate_worse_no_more_often_than_promised(
    of_equals: list[list[Estimate]],
) -> None:
    fooled = sum(any(bounds(look, 0.01).high < 0 for look in run) for run in of_equals)
    assert fooled / RUNS <= LEVEL / 2


def test_a_fixed_sample_interval_would_be_fooled(of_equals: list[list[Estimate]]) -> None:
    once = 1.645  # one-sided, 5%
    fooled = sum(any(value + once * math.sqrt(variance) < 0 for value, variance in run) for run in of_equals)
    assert fooled / RUNS > 2 * LEVEL / 2


def test_a_worse_candidate_is_found_out() -> None:
    found = [any(bounds(look, 0.01).high < -0.005 for look in _estimates(seed, harm=2.0)) for seed in range(20)]
    assert all(found)


def test_the_same_scores_differ_by_nothing_and_that_is_certain() -> None:
    labels, live, _, hours = _history(1)
    assert bounds(paired(rank_auc, labels, live, live, hours), 0.01) == (0, 0, 0)


def test_too_few_hours_tell_nothing() -> None:
    labels, live, candidate, _ = _history(1)
    estimate = paired(brier, labels, live, candidate, np.zeros(len(labels), dtype=int))
    assert bounds(estimate, 0.01)[1:] == (-math.inf, math.inf)


def test_the_jackknife_of_a_mean_is_its_textbook_variance() -> None:
    labels, live, candidate, _ = _history(1)
    scores, others = (1 / (1 + np.exp(-each)) for each in (live, candidate))
    found = paired(brier, labels[:40], scores[:40], others[:40], np.arange(40))
    gaps = (others[:40] - labels[:40]) ** 2 - (scores[:40] - labels[:40]) ** 2
    assert found == pytest.approx((gaps.mean(), gaps.var(ddof=1) / 40))


def test_no_failure_among_few_requests_is_no_certainty() -> None:
    assert shares((0, 10_000), (0, 10)).variance > shares((0, 10_000), (0, 1000)).variance > 0


def test_without_requests_nothing_is_said_of_failures() -> None:
    assert math.isnan(shares((0, 100), (0, 0)).value)


@pytest.mark.parametrize("scale", [0.001, 0.01, 0.5])
@pytest.mark.parametrize("variance", [1e-7, 1e-4, 0.04])
def test_at_a_bound_the_mixture_of_likelihood_ratios_is_one_over_the_level(variance: float, scale: float) -> None:
    value, low, high = bounds(Estimate(0.3, variance), scale)
    for distance in (value - low, high - value):
        # Johari et al. 2022, section 3: estimates N(d, variance) mixed over d from N(0, scale**2), against d = 0
        grown = math.sqrt(variance / (variance + scale**2))
        ratio = grown * math.exp(distance**2 * scale**2 / (2 * variance * (variance + scale**2)))
        assert ratio == pytest.approx(1 / 0.10)
        assert distance > 0


@pytest.mark.parametrize("unknown", [Estimate(math.nan, 0.1), Estimate(0.1, math.nan)])
def test_a_figure_without_its_error_is_bounded_by_nothing(unknown: Estimate) -> None:
    assert bounds(unknown, 0.01)[1:] == (-math.inf, math.inf)


def test_hours_beyond_forty_are_dealt_to_forty_groups() -> None:
    labels, live, candidate, _ = _history(1)
    scores, others = (1 / (1 + np.exp(-each[:80])) for each in (live, candidate))
    gaps = (others - labels[:80]) ** 2 - (scores - labels[:80]) ** 2
    means = gaps.reshape(2, 40).mean(axis=0)  # hours 0 and 40 are one group, 1 and 41 the next
    found = paired(brier, labels[:80], scores, others, np.arange(80))
    assert found == pytest.approx((gaps.mean(), means.var(ddof=1) / 40))


def test_ten_hours_tell_something_and_nine_do_not() -> None:
    labels, live, candidate, _ = _history(1)
    nine, ten = (paired(brier, labels[:n], live[:n], candidate[:n], np.arange(n)) for n in (9, 10))
    assert math.isnan(nine.value)
    assert not math.isnan(ten.variance)
    assert f"{FEWEST} hours" == "10 hours"  # as reasons name it


def test_no_rows_at_all_tell_nothing() -> None:
    none = np.array([])
    assert math.isnan(paired(brier, none, none, none, np.array([], dtype=int)).value)


def test_the_excess_of_bad_requests_and_its_variance_are_those_of_two_shares() -> None:
    found = shares((0, 99), (9, 99))  # with half a bad and half a good one: 0.5 and 9.5 of 100
    assert found == pytest.approx((0.09, (0.005 * 0.995 + 0.095 * 0.905) / 100))
    assert shares((9, 99), (0, 99)) == pytest.approx((-0.09, found.variance))
