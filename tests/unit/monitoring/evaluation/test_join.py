from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from monitoring.evaluation.copies import apart
from monitoring.evaluation.join import (
    Joined,
    attach,
    compact,
    compact_feedback,
    compact_labels,
    features,
    needed,
)
from sixfold import prediction_log as log
from sixfold.contract import Label
from sixfold.tasks.binary import Binary
from sixfold.tasks.multiclass import Multiclass

MOMENT = pl.Datetime("us", "UTC")
CONSUMERS = pl.Enum(["asker", "other"])
Known = list[tuple[str, float, float]]


def at(hours: float) -> datetime:
    return datetime(2013, 10, 1, tzinfo=UTC) + timedelta(hours=hours)


def labels(known: Known) -> pl.DataFrame:
    """Return labels given as key, hours, value."""
    rows = [{"label_key": key, "known_at": at(hours), "label": value} for key, hours, value in known]
    schema = {"label_key": pl.String, "known_at": MOMENT, "label": pl.Float64}
    return apart(compact_labels(Binary(), pl.DataFrame(rows, schema), Label()))[0]


def told(known: Known, consumer: str) -> tuple[pl.DataFrame, Counter[str]]:
    """Return feedback of a consumer given as id, hours, value, of which only `asker` and `other` count, and the odd."""
    rows = [
        {"label_key": key, "known_at": at(hours), "label": value, "consumer": consumer} for key, hours, value in known
    ]
    schema = {"label_key": pl.String, "known_at": MOMENT, "label": pl.Float64, "consumer": pl.String}
    frame = compact_feedback(Binary(), pl.DataFrame(rows, schema), Label(), CONSUMERS, {"asker", "other"})
    return apart(frame)


def logged(identity: str, hours: float) -> dict[str, object]:
    about = {
        "consumer": "asker",
        "api_version": "v1",
        "release": "a" * 64,
        "entities": '{"origin": "JFK"}',
        "score": 0.5,
        "shadow": False,
    }
    return {"prediction_id": identity, "time": at(hours), "label_key": identity.upper(), **about}


@pytest.fixture
def join() -> Callable[..., Joined]:
    """A function that joins predictions (id, hours) with labels as known after some hours."""

    def join(
        predicted: list[tuple[str, float]],
        known: Known,
        said: Known = [],  # noqa: B006 - only read
        *,
        by: str = "asker",
        now: float = 24,
        overrides: bool = False,
    ) -> Joined:
        logs = pl.DataFrame([logged(*each) for each in predicted])
        predictions, _ = apart(compact(Binary(), logs, ["origin"], CONSUMERS))
        feedback, _ = told(said, by)
        delay = timedelta(hours=12)
        return attach(predictions, labels(known), feedback, as_of=at(now), delay=delay, overrides=overrides)

    return join


def test_a_label_counts_from_the_moment_at_which_it_was_known(join: Callable[..., Joined]) -> None:
    assert join([("a", 0)], [("A", 5, 1.0)], now=4).rows["label"].to_list() == [None]
    assert join([("a", 0)], [("A", 5, 1.0)], now=5).rows["label"].to_list() == [1.0]


def test_a_corrected_label_updates_the_figure_and_its_past_stays(join: Callable[..., Joined]) -> None:
    known = [("A", 5, 1.0), ("A", 9, 0.0)]
    assert join([("a", 0)], known, now=8).rows["label"].to_list() == [1.0]
    later = join([("a", 0)], known, now=9)
    assert (later.rows["label"].to_list(), later.counts["label_corrected"]) == ([0.0], 1)
    assert later.counts["feedback_overrides"] == 0


@pytest.mark.parametrize("said_at", [4, 6])
def test_the_label_table_wins_over_feedback_whichever_comes_later(join: Callable[..., Joined], said_at: float) -> None:
    joined = join([("a", 0)], [("A", 5, 1.0)], [("a", said_at, 0.0)])
    assert (joined.rows["label"].to_list(), joined.rows["told"].to_list()) == ([1.0], [False])
    assert (joined.counts["feedback_overrides"], joined.counts["label_corrected"]) == (1, 0)


def test_where_the_contract_lets_feedback_override_the_later_word_counts(join: Callable[..., Joined]) -> None:
    assert join([("a", 0)], [("A", 5, 1.0)], [("a", 6, 0.0)], overrides=True).rows["label"].to_list() == [0.0]
    assert join([("a", 0)], [("A", 5, 1.0)], [("a", 4, 0.0)], overrides=True).rows["label"].to_list() == [1.0]


def test_feedback_is_a_label_until_the_table_knows(join: Callable[..., Joined]) -> None:
    before = join([("a", 0)], [("A", 5, 1.0)], [("a", 3, 0.0)], now=4)
    assert (before.rows["label"].to_list(), before.rows["told"].to_list()) == ([0.0], [True])


def test_feedback_on_the_prediction_of_another_consumer_is_counted_and_is_no_label(join: Callable[..., Joined]) -> None:
    joined = join([("a", 0)], [], [("a", 6, 0.0)], by="other")
    assert (joined.rows["label"].to_list(), joined.counts["feedback_foreign"]) == ([None], 1)


def test_a_later_word_of_the_same_consumer_corrects_its_earlier_one_and_is_counted(join: Callable[..., Joined]) -> None:
    joined = join([("a", 0)], [], [("a", 6, 0.0), ("a", 7, 1.0)])
    assert (joined.rows["label"].to_list(), joined.counts["feedback_twice"]) == ([1.0], 1)
    assert (joined.counts["label_corrected"], joined.counts["feedback_overrides"]) == (1, 0)


def test_what_an_unknown_consumer_says_is_odd_and_so_is_a_label_that_is_none() -> None:
    assert told([("a", 6, 0.0)], "stranger")[1] == {"feedback_unknown": 1}
    kept, odd = told([("a", 6, 1.0), *(("a", 7, value) for value in (2.0, 0.5, -1.0, 1e38, 5e-324))], "asker")
    assert (kept.height, odd) == (1, {"label_invalid": 5})


def test_predictions_of_an_unknown_consumer_are_odd() -> None:
    strange = pl.DataFrame([logged("a", 0) | {"consumer": "unknown"}, logged("b", 0)])
    kept, odd = apart(compact(Binary(), strange, ["origin"], CONSUMERS))
    assert (kept.height, odd) == (1, {"prediction_unknown": 1})


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


def test_where_table_and_feedback_agree_nothing_is_disputed_or_corrected(join: Callable[..., Joined]) -> None:
    counts = join([("a", 0)], [("A", 5, 1.0)], [("a", 6, 1.0)]).counts
    assert (counts["feedback_matched"], counts["feedback_foreign"]) == (1, 0)
    assert (counts["feedback_overrides"], counts["label_corrected"], counts["feedback_only"]) == (0, 0, 0)
    assert join([("a", 0)], [], [("a", 6, 1.0)]).counts["feedback_only"] == 1


def test_without_a_word_of_the_contract_feedback_does_not_override() -> None:
    predictions, _ = apart(compact(Binary(), pl.DataFrame([logged("a", 0)]), ["origin"], CONSUMERS))
    feedback, _ = told([("a", 6, 0.0)], "asker")
    joined = attach(predictions, labels([("A", 5, 1.0)]), feedback, as_of=at(24), delay=timedelta(hours=12))
    assert joined.rows["label"].to_list() == [1.0]


def test_the_moment_itself_is_known_due_and_no_future(join: Callable[..., Joined]) -> None:
    joined = join([("a", 12), ("b", 24), ("c", 25), ("d", 26), ("e", 27)], [("A", 24, 1.0)], now=24)
    rows = joined.rows.sort("time")
    assert (rows["due"].to_list(), rows["label"].to_list()) == ([True, False], [1.0, None])
    assert joined.counts["prediction_in_future"] == 3


def test_a_label_of_the_very_moment_of_its_prediction_is_no_forecasts(join: Callable[..., Joined]) -> None:
    joined = join([("a", 5)], [("A", 5, 1.0)])
    assert (joined.rows.height, joined.counts["label_before_prediction"]) == (0, 1)


def test_the_first_of_several_changes_is_said(join: Callable[..., Joined]) -> None:
    assert join([("a", 0), ("b", 0)], [("A", 30, 1.0), ("B", 40, 1.0)]).changes_at == at(30)
    assert join([("a", 13), ("b", 14)], []).changes_at == at(25)  # the first that is due
    assert join([("a", 31), ("b", 30)], []).changes_at == at(30)  # the first that is no future any more
    assert join([("a", 24)], []).changes_at == at(36)
    assert join([("a", 0)], [("A", 24, 1.0)]).changes_at is None


def test_rows_stay_in_the_order_of_the_log(join: Callable[..., Joined]) -> None:
    given = [(f"p{number}", number / 100) for number in range(500)]
    joined = join([*given, given[0]], [])
    assert joined.rows["time"].to_list() == [at(hours) for _, hours in given]


def test_a_row_that_does_not_say_whether_it_is_shadow_is_none() -> None:
    silent = pl.DataFrame([logged("a", 0) | {"shadow": None}], schema_overrides={"shadow": pl.Boolean})
    assert compact(Binary(), silent, ["origin"], CONSUMERS)["shadow"].to_list() == [False]


def test_of_classes_the_vector_is_the_score() -> None:
    vector = pl.DataFrame([logged("a", 0) | {"scores": [0.2, 0.8]}])
    assert compact(Multiclass(("no", "yes")), vector, [], CONSUMERS)["score"].to_list() == [[0.2, 0.8]]


def test_the_columns_that_are_needed_have_the_types_of_the_log() -> None:
    found = needed(Multiclass(("no", "yes")))
    assert found[log.PREDICTION_ID] == pl.String
    assert (found[log.TIME], found[log.SHADOW], found["scores"]) == (MOMENT, pl.Boolean, pl.List(pl.Float64))
    assert needed(Binary())["score"] == pl.Float64


def _served(release: str, given: str | None, **score: object) -> dict[str, object]:
    about = {"time": at(1), "api_version": "v1", "release": release + "0" * 63, "consumer": "asker", "features": given}
    return about | score


def test_features_are_a_column_each_beside_the_score_whichever_release_has_them() -> None:
    rows = [_served("a", '{"wind": 3, "temp": null}', score=0.5), _served("b", '{"rain": 1.5}', score=0.25)]
    found = features(Binary(), pl.DataFrame([_served("a", None, score=0.75), *rows]))
    assert found.columns == ["time", "api_version", "release", "score", "rain", "temp", "wind"]
    assert found["release"].to_list() == [first + "0" * 11 for first in "aab"]
    assert (found["wind"].to_list(), found["rain"].to_list()) == ([None, 3.0, None], [None, None, 1.5])
    assert found["score"].to_list() == [0.75, 0.5, 0.25]


def test_of_classes_each_probability_is_a_column_and_one_that_is_not_there_is_null() -> None:
    served = [_served("a", '{"wind": 3}', scores=[0.2, 0.8]), _served("a", '{"wind": 3}', scores=[1.0])]
    found = features(Multiclass(("no", "yes")), pl.DataFrame(served))
    assert (found["score of no"].to_list(), found["score of yes"].to_list()) == ([0.2, 1.0], [0.8, None])
