import math
from dataclasses import dataclass
from pathlib import Path

import pytest

from delivery.rollout.decision import (
    STEPS,
    Doubted,
    Quality,
    Requests,
    Seen,
    Verdict,
    judge,
)
from delivery.rollout.sequential import Estimate
from sixfold.contract import Product, load_product
from sixfold.registry.ledger import Compared

FINE = Requests(all=5000, failed=2, slow=10)
ROOT = Path(__file__).parents[4]


@pytest.fixture
def product() -> Product:
    return load_product(ROOT / "products/flight_delays/product.yaml")


@dataclass
class Look:
    """Evidence on a candidate; by default it is certainly as good as the live release."""

    labelled: int = 3000
    due: int = 3100
    gain: float = 0.0
    deviation: float = 0.001

    @property
    def quality(self) -> Quality:
        return Quality(self.labelled, self.due, 0.74, 0.74 + self.gain, Estimate(self.gain, self.deviation**2))


def test_an_equal_candidate_is_promoted_all_the_way(product: Product) -> None:
    assert judge(product, Seen(Look().quality, FINE, FINE), 100).verdict is Verdict.PROMOTE


def test_a_candidate_that_is_surely_worse_by_more_than_the_margin_is_rolled_back(product: Product) -> None:
    judgement = judge(product, Seen(Look(gain=-0.02).quality, FINE, FINE), 5)
    assert judgement.verdict is Verdict.ROLL_BACK
    assert (judgement.numbers.gain_high or 0) < -product.metric.release_margin


def test_what_is_surely_worse_goes_no_further_even_within_the_margin(product: Product) -> None:
    assert judge(product, Seen(Look(gain=-0.004).quality, FINE, FINE), 5).verdict is Verdict.HOLD


def test_for_a_metric_where_less_is_better_more_is_worse(product: Product) -> None:
    lower = product.model_copy(update={"metric": product.metric.model_copy(update={"direction": "lower"})})
    assert judge(lower, Seen(Look(gain=0.02).quality, FINE, FINE), 5).verdict is Verdict.ROLL_BACK


def test_not_enough_labels_is_a_hold_and_says_how_many_there_are(product: Product) -> None:
    judgement = judge(product, Seen(Look(labelled=120).quality, FINE, FINE), 5)
    assert (judgement.verdict, judgement.reason) == (Verdict.HOLD, "not enough labels yet: 120 of 500")


def test_labels_for_too_small_a_part_of_what_is_due_are_a_hold(product: Product) -> None:
    assert judge(product, Seen(Look(due=9000).quality, FINE, FINE), 5).verdict is Verdict.HOLD


def test_labels_that_all_came_before_any_was_due_are_a_hold(product: Product) -> None:
    judgement = judge(product, Seen(Look(due=0).quality, FINE, FINE), 5)
    assert (judgement.verdict, "none of the predictions is due" in judgement.reason) == (Verdict.HOLD, True)


def test_what_is_sure_enough_for_a_few_is_not_for_everybody(product: Product) -> None:
    rough = Look(deviation=0.01).quality
    assert [judge(product, Seen(rough, FINE, FINE), onto).verdict for onto in (5, 100)] == [
        Verdict.PROMOTE,
        Verdict.HOLD,
    ]


@pytest.mark.parametrize("broken", [Requests(all=500, failed=40), Requests(all=500, slow=60)])
def test_a_candidate_that_fails_or_is_slow_is_rolled_back_before_any_label(product: Product, broken: Requests) -> None:
    assert judge(product, Seen(Look(labelled=0, due=0).quality, FINE, broken), 25).verdict is Verdict.ROLL_BACK


def test_one_failed_request_of_a_few_rolls_nothing_back(product: Product) -> None:
    assert judge(product, Seen(Look().quality, FINE, Requests(all=20, failed=1)), 25).verdict is Verdict.PROMOTE


def test_where_both_fail_alike_the_candidate_is_not_to_blame(product: Product) -> None:
    failing = Requests(all=5000, failed=900)
    assert judge(product, Seen(Look().quality, failing, failing), 25).verdict is Verdict.PROMOTE


def test_a_metric_may_have_any_name_and_overwrites_no_number(product: Product) -> None:
    failed = product.model_copy(update={"metric": product.metric.model_copy(update={"name": "failed"})})
    numbers = judge(failed, Seen(Look(gain=0.01).quality, FINE, FINE), 5).numbers
    assert numbers.metric == Compared(name="failed", candidate=0.75, live=0.74)
    assert numbers.failed == FINE.failed


@pytest.mark.parametrize(
    ("gain", "without", "own", "verdict"),
    [
        (0.0, Look(labelled=20), False, Verdict.HOLD),  # promoted on feedback alone
        (0.0, Look(gain=-0.02), False, Verdict.HOLD),
        (-0.02, Look(), False, Verdict.HOLD),  # rolled back on feedback alone
        (-0.02, Look(labelled=20, deviation=1), False, Verdict.HOLD),
        (0.0, Look(gain=-0.02), True, Verdict.HOLD),  # everybody else's predictions say the opposite
        (0.0, Look(labelled=20), True, Verdict.PROMOTE),  # everybody else's are too few to say anything
        (0.0, Look(), False, Verdict.PROMOTE),
        (-0.02, Look(gain=-0.03), False, Verdict.ROLL_BACK),
    ],
)
def test_no_consumer_alone_decides(
    product: Product, gain: float, without: Look, *, own: bool, verdict: Verdict
) -> None:
    doubt = Doubted("rebooking", own, lambda: without.quality)
    judgement = judge(product, Seen(Look(gain=gain).quality, FINE, FINE, [doubt]), 5)
    assert judgement.verdict is verdict
    assert verdict is not Verdict.HOLD or "of rebooking alone" in judgement.reason


def test_errors_roll_back_without_anybodys_word(product: Product) -> None:
    doubt = Doubted("rebooking", own=False, quality=lambda: Look(labelled=0).quality)
    seen = Seen(Look().quality, FINE, Requests(all=500, failed=40), [doubt])
    assert judge(product, seen, 25).verdict is Verdict.ROLL_BACK


def test_a_hold_names_the_labels_that_are_beyond_the_share_of_a_consumer(product: Product) -> None:
    judgement = judge(product, Seen(Look(labelled=20).quality, FINE, FINE, left_out={"rebooking": 600}), 5)
    assert judgement.verdict is Verdict.HOLD
    assert "20 of 500; beyond label_share, and left out: 600 of rebooking" in judgement.reason


def test_feedback_counts_only_where_the_label_table_has_not_enough_labels(product: Product) -> None:
    told = Seen(Look().quality)
    looks = (Look(gain=-0.004), Look(labelled=20), Look(labelled=20, gain=-0.02))
    enough, few, worse = (judge(product, Seen(each.quality, FINE, FINE, with_feedback=told), 5) for each in looks)
    assert (enough.verdict, few.verdict, worse.verdict) == (Verdict.HOLD, Verdict.PROMOTE, Verdict.ROLL_BACK)
    assert few.numbers.requests == FINE.all


def test_a_metric_that_cannot_be_compared_is_a_hold_that_says_why(product: Product) -> None:
    unknown = Look().quality._replace(difference=Estimate(math.nan, math.nan))
    judgement = judge(product, Seen(unknown, FINE, FINE), 5)
    assert judgement.verdict is Verdict.HOLD
    assert judgement.reason.startswith(
        "roc_auc cannot be compared yet: it needs requests of at least 10 different hours"
    )


def _mixture(distance: float, variance: float, spread: float) -> float:
    """The mixture likelihood ratio of Johari et al. (2022), section 3; ten is the evidence that a decision takes."""
    shrunk = spread**2 / (variance + spread**2)
    return math.sqrt(1 - shrunk) * math.exp(distance**2 / variance * shrunk / 2)


def test_the_bounds_are_made_for_effects_of_twice_the_margin(product: Product) -> None:
    numbers = judge(product, Seen(Look(gain=0.01).quality, FINE, FINE), 5).numbers
    assert numbers.gain is not None
    assert numbers.gain_low is not None
    spread = 2 * product.metric.release_margin
    assert _mixture(numbers.gain - numbers.gain_low, 0.001**2, spread) == pytest.approx(10)


@pytest.mark.parametrize("of", [300, 3000])
def test_failures_roll_back_from_the_one_that_makes_the_evidence_ten_to_one(product: Product, of: int) -> None:
    allowed = 1 - product.slo.availability
    for failed in range(of // 8):
        share, live = (failed + 0.5) / (of + 1), (FINE.failed + 0.5) / (FINE.all + 1)
        variance = share * (1 - share) / (of + 1) + live * (1 - live) / (FINE.all + 1)
        beyond = share - live - allowed
        sure = beyond > 0 and _mixture(beyond, variance, 2 * allowed) > 10
        judgement = judge(product, Seen(Look().quality, FINE, Requests(of, failed)), 25)
        assert (judgement.verdict is Verdict.ROLL_BACK) == sure, failed


def test_a_rollout_goes_from_shadow_by_a_twentieth_and_a_quarter_to_all() -> None:
    assert STEPS == (0, 5, 25, 100)


def test_without_any_request_nothing_is_counted_and_nothing_rolled_back(product: Product) -> None:
    judgement = judge(product, Seen(Look().quality), 5)
    numbers = judgement.numbers
    assert judgement.verdict is Verdict.PROMOTE
    assert (numbers.requests, numbers.failed, numbers.slow, numbers.left_out) == (0, 0, 0, None)


def test_a_hold_for_one_consumer_says_what_would_be_without_it(product: Product) -> None:
    for own, part in ((False, "feedback"), (True, "predictions")):
        doubt = Doubted("rebooking", own, lambda: Look(gain=-0.02).quality)
        reason = judge(product, Seen(Look().quality, FINE, FINE, [doubt]), 5).reason
        assert reason.startswith(f"to promote would rest on the {part} of rebooking alone; without: roll back, the")
    few = Doubted("rebooking", own=False, quality=lambda: Look(labelled=20).quality)
    reason = judge(product, Seen(Look(gain=-0.02).quality, FINE, FINE, [few]), 5).reason
    assert reason.startswith("to roll back would rest on the feedback of rebooking alone; without: hold, not enough")


def test_the_same_predictions_are_as_good_and_a_loss_of_just_the_margin_is_not_more(product: Product) -> None:
    equal, loss = Look(deviation=0), Look(gain=-product.metric.release_margin, deviation=0)
    assert judge(product, Seen(equal.quality, FINE, FINE), 100).verdict is Verdict.PROMOTE
    assert judge(product, Seen(loss.quality, FINE, FINE), 100).verdict is Verdict.HOLD


def test_a_reason_says_what_the_candidate_may_cost(product: Product) -> None:
    worse = judge(product, Seen(Look(gain=-0.004).quality, FINE, FINE), 5)
    assert f"(up to {-(worse.numbers.gain_low or 0):.4f} roc_auc); whether" in worse.reason
    metric = product.metric.model_copy(update={"release_margin": 0.5})
    wide = judge(product.model_copy(update={"metric": metric}), Seen(Look(deviation=0.2).quality, FINE, FINE), 25)
    assert f"costs at most {-(wide.numbers.gain_low or 0) / 4:.4f} roc_auc" in wide.reason
    better = judge(product, Seen(Look(gain=0.02).quality, FINE, FINE), 5)
    assert better.reason.endswith("costs at most 0.0000 roc_auc")


def test_a_hold_says_how_few_predictions_have_a_label_and_how_many_were_left_out(product: Product) -> None:
    judgement = judge(product, Seen(Look(due=9000).quality, FINE, FINE, left_out={"a": 2, "b": 3}), 5)
    assert judgement.reason.startswith("only 33% of the predictions that are due have a label; min_coverage asks for")
    assert judgement.numbers.left_out == 5
