from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from products.flight_delays.service import (
    REQUEST_FEATURES,
    Row,
    entities,
    predict,
    request_features,
)

ROW: dict[str, Any] = {
    "origin": "JFK",
    "dest": "LAX",
    "carrier": "B6",
    "flight": 23,
    "scheduled_departure": datetime(2013, 7, 1, 2, 30, tzinfo=UTC),
}


def test_a_request_tells_the_hour_and_weekday_in_new_york() -> None:
    assert request_features(Row(**ROW)) == {"hour_of_day": 22.5, "weekday": 6.0}


def test_the_names_of_the_request_features_are_those_it_gives() -> None:
    assert tuple(request_features(Row(**ROW))) == REQUEST_FEATURES


def test_a_flight_without_an_aircraft_still_has_all_entities() -> None:
    assert entities(Row(**ROW)) == {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "unknown"}


@pytest.mark.parametrize(
    "change",
    [{"origin": "BOS"}, {"flight": "23"}, {"flight": True}, {"scheduled_departure": datetime(2013, 7, 1)}, {"seat": 1}],  # noqa: DTZ001 - naive on purpose
)
def test_a_request_that_breaks_the_contract_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Row(**{**ROW, **change})


def test_more_likely_than_not_is_late() -> None:
    assert [predict(score).late for score in (0.49, 0.5)] == [False, True]
