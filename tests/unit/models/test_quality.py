from collections.abc import Mapping

import pandera.errors
import polars as pl
import pytest

from models.quality import check
from models.sources import read
from products.flight_delays import data
from products.flight_delays.contracts import CONTRACTS

FLIGHT = {
    "time_hour": "2013-01-01T10:00:00Z", "hour": "5", "minute": "15", "dep_time": "517", "dep_delay": "2",
    "arr_time": "830", "arr_delay": "11", "air_time": "227", "carrier": "UA", "flight": "1545", "tailnum": "N14228",
    "origin": "EWR", "dest": "IAH", "distance": "1400",
}  # fmt: skip


def flights(*changes: Mapping[str, str | None]) -> pl.DataFrame:
    rows = [{**FLIGHT, "flight": str(n), **change} for n, change in enumerate(changes, start=1)]
    return pl.DataFrame(rows, schema=dict.fromkeys(FLIGHT, pl.String))


def reason(change: dict[str, str | None]) -> str:
    checked = check(flights({}, change), CONTRACTS["flights"])
    assert checked.passed.height == checked.failed.height == 1
    found: str = checked.failed["reason"][0]
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dep_delay": "soon"}, "dep_delay: soon is not Int64"),
        ({"distance": None}, "distance: not_nullable"),
        ({"origin": "BOS"}, "origin: isin"),
        ({"air_time": "-1"}, "air_time: in_range(5, 1200)"),
        ({"time_hour": "yesterday"}, "time_hour: yesterday is not"),
        ({"dep_time": "600"}, "dep_time is not the schedule plus dep_delay"),
    ],
)
def test_a_row_that_breaks_its_contract_is_quarantined_with_the_reason(
    change: dict[str, str | None], said: str
) -> None:
    assert said in reason(change)


def test_a_row_that_breaks_two_rules_is_quarantined_once_with_both() -> None:
    assert reason({"origin": "BOS", "air_time": "-1"}).count(";") == 1


def test_a_quarantined_row_is_kept_as_published() -> None:
    failed = check(flights({"dep_delay": "soon"}), CONTRACTS["flights"]).failed
    assert failed.drop("reason").row(0, named=True) == {**FLIGHT, "flight": "1", "dep_delay": "soon"}


def test_of_two_rows_with_the_same_key_the_first_is_believed() -> None:
    checked = check(flights({"flight": "7"}, {"flight": "7", "dest": "MIA"}), CONTRACTS["flights"])
    assert checked.passed["dest"].to_list() == ["IAH"]
    assert "another row has the same" in checked.failed["reason"][0]


def test_a_flight_that_never_left_passes() -> None:
    never = dict.fromkeys(("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time", "tailnum"))
    assert check(flights(never), CONTRACTS["flights"]).failed.is_empty()


def test_a_departure_at_midnight_published_as_2400_adds_up() -> None:
    midnight = {"hour": "23", "minute": "59", "dep_time": "2400", "dep_delay": "1"}
    assert check(flights(midnight), CONTRACTS["flights"]).failed.is_empty()


def test_a_file_without_a_column_is_no_fault_of_its_rows() -> None:
    with pytest.raises((pl.exceptions.ColumnNotFoundError, pandera.errors.SchemaErrors), match="tailnum"):
        check(flights({}).drop("tailnum"), CONTRACTS["flights"])


def test_the_faults_of_the_published_weather_and_airports_are_found() -> None:
    raw = {source.name: read(source) for source in data.sources() if source.name in {"weather", "airports"}}
    failed = {name: check(frame, CONTRACTS[name]).failed for name, frame in raw.items()}
    assert failed["weather"]["wind_speed"].to_list() == ["1048.36058"]
    assert sorted(failed["airports"]["faa"]) == ["EEN", "LRO", "YAK"]
