import shutil
from pathlib import Path

import numpy as np
import pytest

from models.candidate import Candidate
from models.gate.evaluation import judge, slices
from models.gate.judge import evaluate
from sixfold.contract import Metric, Product
from sixfold.tasks.base import reliability
from sixfold.tasks.binary import roc_auc

METRIC = Metric(
    name="roc_auc", direction="higher", baseline_margin=0.03, release_margin=0.005, live_threshold=0.6,
    window_hours=1, min_labels=1, min_coverage=0, label_delay_hours=1,
)  # fmt: skip
LOWER = METRIC.model_copy(update={"name": "brier", "direction": "lower"})


@pytest.mark.parametrize(
    ("metric", "value", "baseline", "live", "passed"),
    [
        (METRIC, 0.74, 0.63, None, [True]),
        (METRIC, 0.65, 0.63, None, [False]),
        (METRIC, 0.74, 0.63, 0.742, [True, True]),
        (METRIC, 0.74, 0.63, 0.76, [True, False]),
        (LOWER, 0.14, 0.18, 0.137, [True, True]),
        (LOWER, 0.16, 0.18, 0.15, [False, False]),
        (METRIC, float("nan"), 0.63, None, [False]),
    ],
)
def test_the_gate_holds_a_candidate_to_both_margins(
    metric: Metric, value: float, baseline: float, live: float | None, passed: list[bool]
) -> None:
    assert [rule.passed for rule in judge(metric, value, baseline, live)] == passed


def test_a_refusal_says_which_number_failed_and_by_how_much() -> None:
    _, rule = judge(METRIC, 0.74, 0.63, 0.76)
    assert rule.sentence == "roc_auc against the live release and its margin: 0.7400 is not at least 0.7550, by 0.0150"


def test_probabilities_that_come_true_are_calibrated() -> None:
    scores = np.repeat([0.1, 0.9], 500)
    labels = np.concatenate([np.arange(500) < 50, np.arange(500) < 450]).astype(float)
    rng = np.random.default_rng(3).permutation(1000)
    assert reliability(labels[rng], scores[rng]) < 0.05
    assert reliability(1 - labels, scores) == pytest.approx(0.8, abs=0.01)


def test_a_good_candidate_passes_and_leaves_a_page_that_needs_no_other(candidate: Candidate, product: Product) -> None:
    verdict = evaluate(candidate, product)
    page = candidate.report.read_text()
    assert verdict.passed
    assert page.count("<svg") == 5
    assert "<script" not in page
    assert "src=" not in page


def test_the_live_release_is_scored_on_the_same_rows(candidate: Candidate, product: Product) -> None:
    verdict = evaluate(candidate, product, candidate.path)
    assert verdict.live == pytest.approx(verdict.value, abs=1e-6)


def test_where_rows_lack_a_feature_of_the_live_release_its_own_figure_stands(
    candidate: Candidate, product: Product, tmp_path: Path
) -> None:
    shutil.copytree(candidate.path, tmp_path / "live")
    better = candidate.record.model_copy(
        update={"features": ("gone",), "metrics": candidate.record.metrics | {"roc_auc": 0.99}}
    )
    (tmp_path / "live" / "candidate.json").write_text(better.model_dump_json())
    verdict = evaluate(candidate, product, tmp_path / "live")
    assert verdict.live == 0.99
    assert "is not at least" in verdict.refusals[0]


def test_what_was_judged_is_not_judged_again(candidate: Candidate, product: Product) -> None:
    evaluate(candidate, product)
    written = candidate.report.stat().st_mtime_ns
    evaluate(candidate, product)
    assert candidate.report.stat().st_mtime_ns == written


def test_slices_hold_every_row_once(candidate: Candidate) -> None:
    test = candidate.test()
    found = slices(test, "carrier", roc_auc)
    assert sum(each.rows for each in found) == test.height
    assert found == sorted(found, key=lambda each: (-each.rows, each.value))
