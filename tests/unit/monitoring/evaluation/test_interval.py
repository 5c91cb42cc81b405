"""Intervals against their definitions: DeLong's placements pair by pair, and percentiles of 200 resamples."""

from statistics import NormalDist

import numpy as np
import pytest

from monitoring.evaluation.interval import delong_deviation, interval
from sixfold.tasks import Floats
from sixfold.tasks.binary import brier, roc_auc


def _delong(labels: Floats, scores: Floats) -> float:
    """DeLong et al. 1988, equations 4 to 6: how each row of a class compares with all rows of the other."""
    positive, negative = scores[labels > 0], scores[labels <= 0]
    above = (positive[:, None] > negative) + (positive[:, None] == negative) / 2
    parts = above.mean(axis=1), above.mean(axis=0)
    return float(np.sqrt(sum(part.var(ddof=1) / len(part) for part in parts)))


@pytest.fixture
def rows() -> tuple[Floats, Floats]:
    """Labels and scores with ties."""
    random = np.random.default_rng(7)
    scores = random.beta(2, 3, 60).round(1)
    return (random.random(60) < scores).astype(float), scores


def test_the_deviation_of_an_auc_is_delongs(rows: tuple[Floats, Floats]) -> None:
    assert delong_deviation(*rows, np.ones(60)) == pytest.approx(_delong(*rows))


def test_a_weight_is_as_many_rows(rows: tuple[Floats, Floats]) -> None:
    weights = np.tile([1, 2, 3], 20)
    repeated = [np.repeat(each, weights) for each in rows]
    assert delong_deviation(*rows, weights.astype(float)) == pytest.approx(_delong(*repeated))


def test_two_rows_of_each_class_have_a_deviation_and_one_has_none() -> None:
    labels, scores = np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.1, 0.8, 0.3, 0.2])
    assert delong_deviation(labels, scores, np.ones(4)) == pytest.approx(_delong(labels, scores))
    assert np.isnan(delong_deviation(labels[1:], scores[1:], np.ones(3)))


def test_the_interval_of_an_auc_is_normal_at_95_per_cent(rows: tuple[Floats, Floats]) -> None:
    value, low, high = interval(roc_auc, *rows, np.ones(60))
    half = NormalDist().inv_cdf(0.975) * _delong(*rows)
    assert (value - low, high - value) == pytest.approx((half, half), rel=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_interval_of_an_auc_ends_at_0_and_1(sign: int) -> None:
    labels, scores = np.array([0, 0, 0, 1, 0, 1, 1, 1.0]), sign * np.arange(8.0)
    value, low, high = interval(roc_auc, labels, scores, np.ones(8))
    assert (high == 1, low == 0) == (sign > 0, sign < 0)
    assert 0 <= low < value < high <= 1


def test_without_a_figure_there_are_no_bounds() -> None:
    assert np.isnan(interval(roc_auc, np.ones(5), np.arange(5.0), np.ones(5))).all()
    assert np.isnan(interval(brier, np.array([]), np.array([]), np.array([]))).all()


def test_other_metrics_are_bounded_by_percentiles_of_200_resamples() -> None:
    drawn: list[float] = []

    def numbered(_labels: Floats, _scores: Floats, weights: Floats | None = None) -> float:
        assert weights is not None
        drawn.append(weights.sum())
        return float(len(drawn) - 2)  # the figure itself is -1, then come 0 to 199

    found = interval(numbered, np.ones(4), np.ones(4), np.array([1.0, 2.0, 3.0, 4.0]))
    assert found == pytest.approx((-1, 0.025 * 199, 0.975 * 199))
    assert drawn == [10] * 201


def test_a_resample_has_the_rows_that_were_drawn_and_how_often_each_was() -> None:
    often = np.zeros(5)

    def counting(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        assert weights is not None
        assert labels.tolist() == scores.tolist()
        assert weights.min() > 0
        often[labels.astype(int)] += weights
        return 0.0

    named = np.array([1.0, 2.0, 3.0, 4.0])
    interval(counting, named, named, named)  # row 1 stands for one row of ten, row 4 for four
    assert often / 201 == pytest.approx(np.arange(5.0), abs=0.4)
