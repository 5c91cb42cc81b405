from datetime import UTC, datetime, timedelta

import polars as pl

from products.flight_delays.features import HORIZON
from products.flight_delays.service import Row
from products.flight_delays.stream import requests

NOON = datetime(2013, 10, 1, 12, tzinfo=UTC)


def _flights(*departures: datetime) -> pl.DataFrame:
    row = {"origin": "JFK", "dest": "LAX", "carrier": "B6", "flight": 1, "tailnum": None, "flight_id": "1"}
    return pl.DataFrame([{**row, "scheduled_departure": moment, "dep_delay": 40.0} for moment in departures])


def test_a_flight_is_asked_about_its_horizon_before_departure() -> None:
    asked = requests(lambda _: _flights(NOON + HORIZON), NOON, NOON + timedelta(hours=1))
    assert asked["at"].to_list() == [NOON]


def test_a_span_has_its_first_moment_and_not_its_last() -> None:
    flights = _flights(NOON + HORIZON, NOON + HORIZON + timedelta(hours=1))
    assert requests(lambda _: flights, NOON, NOON + timedelta(hours=1)).height == 1


def test_a_request_has_only_what_is_known_before_departure() -> None:
    (row,) = requests(lambda _: _flights(NOON + HORIZON), NOON, NOON + timedelta(hours=1))["row"]
    assert Row.model_validate_json(row).scheduled_departure == NOON + HORIZON
    assert "dep_delay" not in row
