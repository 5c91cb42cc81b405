import math

import numpy as np
import pytest

from delivery.rollout.sequential import (
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
