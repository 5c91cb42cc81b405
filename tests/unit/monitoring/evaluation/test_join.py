from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from monitoring.evaluation.join import (
    Joined,
    attach,
    compact,
    compact_labels,
)
from sixfold.contract import Label
from sixfold.tasks.binary import Binary

MOMENT = pl.Datetime("us", "UTC")
Known = list[tuple[str, float, float]]


def at(hours: float) -> datetime:
    return datetime(2013, 10, 1, tzinfo=UTC) + timedelta(hours=hours)


def labels(known: Known) -> pl.DataFrame:
    """Return labels given as key, hours, value."""
    rows = [{"label_key": key, "known_at": at(hours), "label": value} for key, hours, value in known]
    schema = {"label_key": pl.String, "known_at": MOMENT, "label": pl.Float64}
    return compact_labels(Binary(), pl.DataFrame(rows, schema), Label())


def logged(identity: str, hours: float) -> dict[str, object]:
    about = {"api_version": "v1", "release": "a" * 64, "entities": '{"origin": "JFK"}', "score": 0.5, "shadow": False}
    return {"prediction_id": identity, "time": at(hours), "label_key": identity.upper(), **about}


@pytest.fixture
def join() -> Callable[..., Joined]:
    """A function that joins predictions (id, hours) with labels as known after some hours."""

    def join(predicted: list[tuple[str, float]], known: Known, told: Known = [], *, now: float = 24) -> Joined:  # noqa: B006 - only read
        predictions = compact(Binary(), pl.DataFrame([logged(*each) for each in predicted]), ["origin"])
        return attach(predictions, labels(known), labels(told), as_of=at(now), delay=timedelta(hours=12))

    return join


def test_a_label_counts_from_the_moment_at_which_it_was_known(join: Callable[..., Joined]) -> None:
    assert join([("a", 0)], [("A", 5, 1.0)], now=4).rows["label"].to_list() == [None]
    assert join([("a", 0)], [("A", 5, 1.0)], now=5).rows["label"].to_list() == [1.0]


def test_a_corrected_label_updates_the_figure_and_its_past_stays(join: Callable[..., Joined]) -> None:
    known = [("A", 5, 1.0), ("A", 9, 0.0)]
    assert join([("a", 0)], known, now=8).rows["label"].to_list() == [1.0]
    later = join([("a", 0)], known, now=9)
    assert (later.rows["label"].to_list(), later.counts["label_corrected"]) == ([0.0], 1)


def test_what_a_consumer_says_later_counts(join: Callable[..., Joined]) -> None:
    assert join([("a", 0)], [("A", 5, 1.0)], [("a", 6, 0.0)]).rows["label"].to_list() == [0.0]


def test_what_came_twice_counts_once_and_is_counted(join: Callable[..., Joined]) -> None:
    joined = join([("a", 0), ("a", 0)], [("A", 5, 1.0), ("A", 5, 1.0)])
    assert (joined.rows.height, joined.rows["label"].to_list()) == (1, [1.0])
    assert (joined.counts["prediction_twice"], joined.counts["label_twice"]) == (1, 1)


def test_a_label_from_before_the_prediction_is_counted_and_measures_nothing(join: Callable[..., Joined]) -> None:
    joined = join([("a", 6), ("b", 0)], [("A", 5, 1.0), ("B", 5, 1.0)])
    assert (joined.rows.height, joined.counts["label_before_prediction"]) == (1, 1)


def test_a_prediction_from_the_future_is_counted_and_measures_nothing(join: Callable[..., Joined]) -> None:
    joined = join([("a", 30), ("b", 0)], [])
    assert (joined.rows.height, joined.counts["prediction_in_future"]) == (1, 1)


def test_a_prediction_is_due_once_its_label_should_be_there(join: Callable[..., Joined]) -> None:
    assert join([("a", 0), ("b", 13)], []).rows.sort("time")["due"].to_list() == [True, False]


def test_the_join_says_when_it_will_say_something_else(join: Callable[..., Joined]) -> None:
    assert join([("a", 0)], [("A", 30, 1.0)], now=24).changes_at == at(30)
    assert join([("a", 0)], [("A", 30, 1.0)], now=4).changes_at == at(12)  # when it is due
    assert join([("a", 0)], [("A", 5, 1.0)], now=24).changes_at is None
