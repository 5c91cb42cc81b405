from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from delivery.rollout.decision import Judgement, Verdict
from delivery.rollout.evidence import Stage, compared, pairs, quality, weigh
from delivery.rollout.step import State, shares, state_of
from monitoring.evaluation.copies import Listing
from monitoring.evaluation.source import LogFile
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.stack import Pin

OLD, NEW, OTHER = "a" * 64, "b" * 64, "c" * 64
NOON = datetime(2013, 10, 1, 12, tzinfo=UTC)
PROMOTE, BACK = (Judgement(verdict, "because") for verdict in (Verdict.PROMOTE, Verdict.ROLL_BACK))


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")


def test_before_it_begins_a_rollout_knows_whom_it_replaces() -> None:
    assert state_of((Pin(release=OLD),), NEW, "p v1") == State(OLD, None)


def test_a_rollout_that_was_killed_stands_where_the_stack_file_says() -> None:
    pins = (Pin(release=OLD, weight=75), Pin(release=NEW, weight=25))
    assert state_of(pins, NEW, "p v1") == State(OLD, 25)


@pytest.mark.parametrize("pins", [(), (Pin(release=OLD, weight=50), Pin(release=OTHER, weight=50))])
def test_a_rollout_replaces_exactly_one_release(pins: tuple[Pin, ...]) -> None:
    with pytest.raises(SixfoldError, match="a rollout replaces one release"):
        state_of(pins, NEW, "p v1")


@pytest.mark.parametrize(("onto", "weights"), [(0, [100, 0]), (5, [95, 5]), (25, [75, 25]), (100, [100])])
def test_each_step_adds_up_to_all_of_the_traffic(onto: int, weights: list[int]) -> None:
    pins = shares(OLD, NEW, PROMOTE, onto)
    assert [pin.weight for pin in pins] == weights
    assert pins[-1].release == NEW


def test_back_means_that_the_replaced_release_answers_alone() -> None:
    assert shares(OLD, NEW, BACK, 25) == (Pin(release=OLD),)


def _row(release: str, key: int, score: float, label: float | None, *, shadow: bool) -> dict[str, object]:
    about = {"release": release, "key": key, "time": NOON + timedelta(hours=key), "shadow": shadow}
    who = {"id": key, "consumer": "rebooking", "told": False}
    return {**about, **who, "score": score, "label": label, "due": label is not None}


def test_only_requests_that_both_scored_are_compared_whoever_answered(product: Product) -> None:
    both = [
        _row(release, key, score, key % 2, shadow=(release == NEW) == (key > 10))
        for key in range(20)
        for release, score in ((OLD, 0.5), (NEW, 0.9 if key % 2 else 0.1))
    ]
    alone = [_row(OLD, 99, 1.0, 0, shadow=False), _row(OTHER, 1, 1.0, 0, shadow=False)]
    found = quality(product, pairs(pl.DataFrame([*both, *alone]), OLD, NEW))
    assert (found.labelled, found.due, found.live, found.candidate) == (20, 20, 0.5, 1.0)


def test_a_request_without_its_label_is_due_or_not_and_decides_nothing(product: Product) -> None:
    rows = [_row(release, key, 0.5, None if key else 1.0, shadow=False) for key in (0, 1) for release in (OLD, NEW)]
    assert quality(product, pairs(pl.DataFrame(rows), OLD, NEW)).labelled == 1


class Log:
    """A prediction log with ten requests of 1 October, and one that somebody replayed at the end of the year."""

    def files(self) -> list[LogFile]:
        newest = (NOON + timedelta(hours=9), datetime(2013, 12, 31, tzinfo=UTC))
        return [LogFile(f"{at}", at.date(), 20, at, datetime.now(UTC), replayed=True) for at in newest]

    def log(self, day: object) -> Listing:
        rows = [_row(release, key, 0.5, None, shadow=release == NEW) for key in range(10) for release in (OLD, NEW)]
        frame = pl.DataFrame(rows).drop("label", "due", "told", "id").with_row_index("id").with_columns(odd=None)
        return Listing({}, lambda _: iter([frame if day == NOON.date() else frame.clear()]))

    def labels(self, _since: datetime) -> Listing:
        known = [{"key": key, "known_at": NOON + timedelta(hours=key + 2), "label": key % 2.0} for key in range(10)]
        return Listing({}, lambda _: iter([pl.DataFrame(known).with_columns(odd=None)]))

    def feedback(self, _since: datetime) -> Listing:
        schema: Any = {"key": pl.UInt32, "known_at": pl.Datetime("us", "UTC"), "label": pl.Float64}
        schema |= {"consumer": pl.String, "odd": pl.String}
        return Listing({}, lambda _: iter([pl.DataFrame(schema=schema)]))


@pytest.mark.parametrize(("hours", "labelled"), [(0, 0), (6, 5), (24, 10)])
def test_a_replay_is_judged_as_of_its_own_moment_whatever_else_was_replayed(
    product: Product, hours: int, labelled: int
) -> None:
    log: Any = Log()
    stage = Stage("v1", OLD, NEW, NOON, as_of=NOON + timedelta(hours=hours))
    then, now = (compared(log, product, each) for each in (stage, stage._replace(as_of=None)))
    assert then is not None
    assert quality(product, then).labelled == labelled
    assert now is not None
    assert now.is_empty()  # by the product's now, October is long past


def test_a_replay_of_which_nothing_is_logged_yet_has_no_evidence(product: Product) -> None:
    log: Any = Log()
    stage = Stage("v1", OLD, NEW, NOON, as_of=NOON - timedelta(days=9))
    assert compared(log, product, stage) is None
    assert weigh(product, None).quality.labelled == 0
