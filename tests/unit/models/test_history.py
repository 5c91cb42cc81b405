"""No feature may tell what was not known yet: the future is changed, and nothing of the past may move."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from models.features.historical import historical, join_as_of
from models.lake import Lake
from products.flight_delays import features, history
from products.flight_delays.features import HORIZON
from sixfold.outputs import PlatformRefs

MOMENT = datetime(2013, 7, 11, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def lake(loaded: PlatformRefs) -> dict[str, pl.DataFrame]:
    return {name: Lake(loaded, "flight_delays").read(name) for name in features.INPUTS}


@pytest.fixture(scope="module")
def another_future(lake: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The same facts up to the moment; after it half the flights never leave, others land hours late, in a storm."""
    flights, labels, weather = (lake[name] for name in ("curated.flights", "labels.flight_delays", "curated.weather"))
    later = ["departed_at", "dep_delay"]
    left = pl.col("departed_at") <= MOMENT
    stays = pl.col("flight") % 2 == 0
    delayed = (pl.col("departed_at") + timedelta(hours=9), pl.col("dep_delay") + 540)
    changed = [pl.when(left).then(pl.col(name)).when(stays).then(to) for name, to in zip(later, delayed, strict=True)]
    known = pl.col("known_at") <= MOMENT
    storm = pl.col("time_hour") + history.WEATHER_KNOWN_AFTER > MOMENT
    measures = [name for name in weather.columns if name not in {"origin", "time_hour"}]
    return lake | {
        "curated.flights": flights.with_columns(
            expression.alias(name) for name, expression in zip(later, changed, strict=True)
        ),
        "labels.flight_delays": labels.filter(known | (pl.col("arr_delay") % 2 == 0)).with_columns(
            late=pl.when(known).then("late").otherwise(~pl.col("late")),
            arr_delay=pl.when(known).then("arr_delay").otherwise(pl.col("arr_delay") + 600),
            known_at=pl.when(known).then("known_at").otherwise(pl.col("known_at") + timedelta(hours=1)),
        ),
        "curated.weather": weather.with_columns(pl.when(storm).then(99.0).otherwise(pl.col(measures)).name.keep()),
    }


def test_changing_the_future_changes_no_feature_of_the_past(
    lake: dict[str, pl.DataFrame], another_future: dict[str, pl.DataFrame]
) -> None:
    told = features.tables(lake.__getitem__)
    retold = features.tables(another_future.__getitem__)
    for spec, frame in told.items():
        past = frame.filter(pl.col("event_timestamp") <= MOMENT)
        again = retold[spec].filter(pl.col("event_timestamp") <= MOMENT)
        assert past.height > 0
        assert past.sort(past.columns).equals(again.select(past.columns).sort(past.columns)), spec.name


def test_that_other_future_is_one_that_features_tell_afterwards(
    lake: dict[str, pl.DataFrame], another_future: dict[str, pl.DataFrame]
) -> None:
    told, retold = features.tables(lake.__getitem__), features.tables(another_future.__getitem__)
    for spec, frame in told.items():
        assert not frame.sort(frame.columns).equals(retold[spec].select(frame.columns).sort(frame.columns)), spec.name


def test_a_flight_sees_only_what_was_known_two_hours_before_it_is_due(built: PlatformRefs) -> None:
    assert timedelta(hours=2) == HORIZON
    from products.flight_delays import model  # noqa: PLC0415 - takes seconds

    lake = Lake(built, "flight_delays")
    flight = model.examples(lake.read).filter(pl.col("tailnum") != "unknown").sort("scheduled_departure")[[9000]]
    seen = historical(lake, features, flight)
    landings = lake.read("labels.flight_delays").join(
        lake.read("curated.flights").select("flight_id", "carrier"), on="flight_id"
    )
    due = flight["scheduled_departure"][0]
    known = landings.filter(pl.col("known_at") <= due - HORIZON, pl.col("carrier") == flight["carrier"][0])
    window = known.filter(pl.col("known_at") > known["known_at"].max() - timedelta(days=28))  # type: ignore[operator] # polars types max as any literal
    assert seen["carrier_late_28d"][0] == pytest.approx(window["late"].mean())


def test_waiting_counts_who_is_due_and_has_not_left_until_given_up() -> None:
    due = datetime(2013, 1, 1, 12, tzinfo=UTC)
    flights = pl.DataFrame(
        {
            "origin": "JFK",
            "scheduled_departure": due,
            "departed_at": [due + timedelta(minutes=50), None],
            "dep_delay": 50,
        }
    )
    told = history.origin_congestion(flights).sort("event_timestamp")
    at = dict(zip(told["event_timestamp"], told["waiting"], strict=True))
    assert [at[due + timedelta(hours=hours)] for hours in (0, 1, 3)] == [2, 1, 0]


def test_weather_is_known_when_its_hour_is_over() -> None:
    hour = datetime(2013, 1, 1, 12, tzinfo=UTC)
    measures = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
    weather = pl.DataFrame({"origin": "JFK", "time_hour": [hour], **dict.fromkeys(measures, 1.0)})
    assert history.origin_weather(weather)["event_timestamp"][0] == hour + timedelta(hours=1)


def test_a_join_as_of_takes_the_newest_row_of_the_same_entity_that_is_not_too_old() -> None:
    at = [datetime(2013, 1, 1, hour, tzinfo=UTC) for hour in range(4)]
    known = pl.DataFrame({"key": ["a", "a", "b"], "event_timestamp": [at[0], at[2], at[1]], "value": [0, 2, 1]})
    spine = pl.DataFrame({"key": ["b", "a", "a", "a"], "event_timestamp": [at[3], at[2], at[1], at[3]]})
    joined = join_as_of(spine, known, ["key"], timedelta(hours=1))
    assert joined["value"].to_list() == [None, 2, 0, 2]
    assert join_as_of(spine, known, ["key"], None)["value"][0] == 1
