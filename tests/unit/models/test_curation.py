from datetime import UTC, datetime

import polars as pl
import pytest

from products.flight_delays.curation import arrived_at, curate
from products.flight_delays.service import Row, label_key

AIRPORTS = pl.DataFrame({"faa": ["LAX", "MIA"], "tzone": ["America/Los_Angeles", "America/New_York"]})


def landed(departed: datetime, air_time: int, dest: str, arr_time: int) -> datetime | None:
    flight = {"flight_id": "x", "scheduled_departure": departed, "departed_at": departed}
    frame = pl.DataFrame([{**flight, "air_time": air_time, "dest": dest, "arr_time": arr_time}])
    found: datetime | None = arrived_at(frame, AIRPORTS)["arrived_at"][0]
    return found


@pytest.mark.parametrize(
    ("departed", "air_time", "dest", "arr_time", "arrived"),
    [
        (datetime(2013, 1, 1, 12, tzinfo=UTC), 330, "LAX", 1000, datetime(2013, 1, 1, 18, tzinfo=UTC)),
        (datetime(2013, 1, 2, 2, tzinfo=UTC), 160, "MIA", 2400, datetime(2013, 1, 2, 5, tzinfo=UTC)),
        (datetime(2013, 7, 1, 12, tzinfo=UTC), 200, "SJU", 1140, datetime(2013, 7, 1, 15, 40, tzinfo=UTC)),
        # Clocks in Miami go from 01:59 EDT to 01:00 EST at 06:00 UTC.
        (datetime(2013, 11, 3, 4, tzinfo=UTC), 150, "MIA", 140, datetime(2013, 11, 3, 6, 40, tzinfo=UTC)),
    ],
)
def test_an_arrival_is_the_first_moment_after_touchdown_at_which_the_clocks_there_show_it(
    departed: datetime, air_time: int, dest: str, arr_time: int, arrived: datetime
) -> None:
    assert landed(departed, air_time, dest, arr_time) == arrived


def test_an_arrival_where_nobody_knows_the_zone_is_unknown() -> None:
    assert landed(datetime(2013, 1, 1, 12, tzinfo=UTC), 60, "ZZZ", 1000) is None


@pytest.fixture
def tables() -> dict[str, pl.DataFrame]:
    flight = {
        "time_hour": datetime(2013, 1, 1, 10, tzinfo=UTC), "hour": 5, "minute": 15, "dep_time": 517, "dep_delay": 2,
        "arr_time": 830, "arr_delay": 15, "air_time": 150, "carrier": "UA", "flight": 1545, "tailnum": "N14228",
        "origin": "EWR", "dest": "MIA", "distance": 1400,
    }  # fmt: skip
    gone = dict.fromkeys(("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"))
    flights = pl.DataFrame([flight, {**flight, "flight": 2, **gone}])
    other = dict.fromkeys(("weather", "planes", "airlines"), pl.DataFrame())
    return curate({"flights": flights, "airports": AIRPORTS, **other})


def test_landing_15_minutes_late_is_late_and_known_on_landing(tables: dict[str, pl.DataFrame]) -> None:
    label = tables["labels.flight_delays"].row(0, named=True)
    assert (label["late"], label["known_at"]) == (True, datetime(2013, 1, 1, 13, 30, tzinfo=UTC))


def test_a_cancelled_flight_has_no_label(tables: dict[str, pl.DataFrame]) -> None:
    assert (tables["curated.flights"].height, tables["labels.flight_delays"].height) == (2, 1)


def test_curated_flights_tell_nothing_of_the_landing(tables: dict[str, pl.DataFrame]) -> None:
    assert not {"arr_delay", "arr_time", "arrived_at", "late", "air_time"} & set(tables["curated.flights"].columns)


def test_a_request_finds_its_label_by_the_key_that_the_lake_uses(tables: dict[str, pl.DataFrame]) -> None:
    flight = tables["curated.flights"].row(0, named=True)
    row = Row.model_validate({name: flight[name] for name in Row.model_fields})
    assert label_key(row) == tables["labels.flight_delays"]["flight_id"][0]
