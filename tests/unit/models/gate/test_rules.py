"""The rules of the gate at their edge, sentences, bins and slices, without a trained candidate."""

import numpy as np
import polars as pl
import pytest

from models.candidate import BASELINE, LABEL, SCORE
from models.gate.evaluation import LIVE, Rule, Slice, Verdict, calibration, judge, slices
from sixfold.contract import Metric
from sixfold.tasks.regression import mae

METRIC = Metric(
    name="mae", direction="lower", baseline_margin=0.25, release_margin=0.5, live_threshold=9,
    window_hours=1, min_labels=1, min_coverage=0, label_delay_hours=1,
)  # fmt: skip


def test_a_margin_that_is_just_reached_is_reached() -> None:
    higher = METRIC.model_copy(update={"direction": "higher"})
    assert [rule.passed for rule in judge(METRIC, 3.5, 3.75, 3.0)] == [True, True]
    assert [rule.passed for rule in judge(METRIC, 3.5001, 3.75, 3.0)] == [False, False]
    assert [rule.passed for rule in judge(higher, 3.5, 3.25, 4.0)] == [True, True]
    assert [rule.passed for rule in judge(higher, 3.4999, 3.25, 4.0)] == [False, False]


def test_without_a_live_release_only_the_baseline_is_to_beat() -> None:
    assert [rule.what for rule in judge(METRIC, 1, 2, None)] == ["mae against the baseline and its margin"]
    assert len(judge(METRIC, 1, 2, 0.0)) == 2  # a figure of 0 is a figure
    assert LIVE == "live"  # as the legend of the report names it


def test_a_rule_says_its_numbers_its_side_and_its_gap() -> None:
    passed, failed = judge(METRIC, 3.5, 3.75, 2.0)
    assert passed.sentence == "mae against the baseline and its margin: 3.5000 is at most 3.5000"
    assert failed.sentence == "mae against the live release and its margin: 3.5000 is not at most 2.5000, by 1.0000"
    assert Rule(what="auc", value=1, bound=0.5, passed=True).sentence == "auc: 1.0000 is at least 0.5000"


def test_a_verdict_passes_where_every_rule_does_and_names_those_that_do_not() -> None:
    about = {"key": "k", "product": "p", "metric": "mae", "value": 3.5, "baseline": 3.75, "calibration_error": None}
    mixed = Verdict(**about, live=2.0, rules=judge(METRIC, 3.5, 3.75, 2.0))
    assert (mixed.passed, len(mixed.refusals)) == (False, 1)
    assert "live release" in mixed.refusals[0]
    good = Verdict(**about, live=None, rules=judge(METRIC, 3.5, 3.75, None))
    assert (good.passed, good.refusals) == (True, ())


def test_the_calibration_has_ten_bins_of_equally_many_rows_in_order_of_their_scores() -> None:
    random = np.random.default_rng(2).permutation(40)
    scores, outcomes = (np.arange(40) / 40)[random], (np.arange(40) % 4 == 0).astype(float)[random]
    bins = calibration(outcomes, scores)
    assert bins["rows"].to_list() == [4] * 10
    assert bins["rate"].to_list() == pytest.approx([0.25] * 10)
    assert bins["score"].to_list() == pytest.approx([(4 * place + 1.5) / 40 for place in range(10)])
    assert bins.columns == ["score", "rate", "rows"]


def test_few_rows_have_a_bin_each_and_no_rows_none() -> None:
    assert calibration(np.ones(3), np.arange(3) / 4)["score"].to_list() == [0, 0.25, 0.5]
    assert calibration(np.array([]), np.array([])).height == 0
    assert calibration(np.ones(1), np.ones(1))["rows"].to_list() == [1]


def test_a_slice_has_its_rows_its_rate_and_both_figures_most_rows_first() -> None:
    frame = pl.DataFrame(
        {
            "airport": ["b", "b", "a", "c", "c"], LABEL: [1.0, 3.0, 5.0, 2.0, 2.0],
            SCORE: [2.0, 3.0, 5.0, 2.0, 2.0], BASELINE: [0.0, 0.0, 4.0, 1.0, 2.0],
        }
    )  # fmt: skip
    assert slices(frame, "airport", mae) == [
        Slice("airport", "b", 2, 2.0, 0.5, 2.0),
        Slice("airport", "c", 2, 2.0, 0.0, 0.5),
        Slice("airport", "a", 1, 5.0, 0.0, 1.0),
    ]
    with pytest.raises(AttributeError):
        slices(frame, "airport", mae)[0].rows = 3  # type: ignore[misc] # refused
