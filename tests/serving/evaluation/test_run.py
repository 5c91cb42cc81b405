"""The evaluation on real Iceberg tables, written by the service's own writer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from serving.evaluation.run import Evaluation, Evaluator
from serving.evaluation.source import LogFile, Source, clock
from serving.tables import FEEDBACK, writer
from sixfold.contract import Product
from sixfold.environment import Platform

WALL = datetime.now(UTC)
START = datetime(2013, 10, 1, tzinfo=UTC)


@pytest.fixture
def evaluate(platform: Platform, product: Product) -> Callable[[], Evaluation]:
    evaluator = Evaluator(product, Source(platform, product))

    def evaluate() -> Evaluation:
        found = evaluator.run(WALL)
        assert found
        return found

    return evaluate


Log = Callable[[list[dict[str, Any]]], None]
Rows = Callable[..., list[dict[str, Any]]]


def test_nothing_predicted_is_nothing_evaluated(platform: Platform, product: Product) -> None:
    assert Evaluator(product, Source(platform, product)).run(WALL) is None


def test_a_label_in_the_lake_counts_once_it_was_known(
    log: Log, label: Log, evaluate: Callable[[], Evaluation], predictions: Rows, landings: Rows
) -> None:
    today, tomorrow = predictions(600), predictions(10, day=1)
    log(today)
    label(landings([*today, *tomorrow], hours=13))
    before = evaluate().figures[0]
    log(tomorrow)  # with them the product's time moves on
    after = evaluate().figures[0]
    assert (before.labelled, before.state) == (0, "few_labels")
    assert (after.labelled, after.state, after.coverage) == (600, "enough", 1.0)
    assert 0.6 < after.low < after.figure < after.high < 0.9


def test_only_days_that_changed_are_read_again(
    log: Log, label: Log, evaluate: Callable[[], Evaluation], predictions: Rows, landings: Rows
) -> None:
    for day in range(3):
        log(predictions(50, day=day))
        label(landings(predictions(50, day=day), hours=3))
    assert len(evaluate().read) == 3
    assert evaluate().read == ()
    log(predictions(50, day=3))
    assert [day.day for day in evaluate().read] == [3, 4]  # of the third, the last labels arrive after noon


def test_what_a_consumer_feeds_back_is_a_label(
    log: Log, platform: Platform, tmp_path: Path, evaluate: Callable[[], Evaluation], predictions: Rows
) -> None:
    log(predictions(50))
    about = {"product": "flight-delays", "api_version": "v1", "consumer": "c", "label": 1.0}
    told = [{"prediction_id": each, "time": START + timedelta(hours=2), **about} for each in ("a0-1", "a0-2", "nobody")]
    writer(platform, tmp_path, "feedback_flight_delays", FEEDBACK)(told)
    found = evaluate()
    assert (found.figures[0].labelled, found.counts["label_unknown"]) == (2, 1)


def test_releases_are_apart(log: Log, evaluate: Callable[[], Evaluation], predictions: Rows) -> None:
    log([*predictions(50), *predictions(70, release="b" * 64)])
    found = [(each.release, each.predictions) for each in evaluate().figures if not each.slice]
    assert found == [("a" * 12, 50), ("b" * 12, 70)]


def test_the_clock_of_a_replay_is_its_own() -> None:
    live = LogFile("live", WALL.date(), 1, WALL - timedelta(minutes=5), WALL, replayed=False)
    then = LogFile("then", START.date(), 1, START, WALL - timedelta(minutes=30), replayed=True)
    long_over = then._replace(logged=WALL - timedelta(hours=2))
    assert clock([live, then], WALL) == START
    assert clock([live, long_over], WALL) == live.newest
    assert clock([live._replace(newest=WALL + timedelta(days=1))], WALL) == WALL
