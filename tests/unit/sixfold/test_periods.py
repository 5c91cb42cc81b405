"""Training periods: lengths that are counted back from the newest label, and dates that stay."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sixfold.errors import SixfoldError
from sixfold.periods import Dates, Windows

NEWEST = datetime(2014, 1, 1, 4, 59, tzinfo=UTC)  # a minute before midnight in New York


def test_lengths_are_counted_back_from_the_end_of_the_newest_labels_day() -> None:
    windows = Windows(train="8 months", validate="1 month", test="3 months", zone="America/New_York")
    midnights = [datetime(2013, month, 1, 4, tzinfo=UTC) for month in (9, 10)]
    first, end = (datetime(year, 1, 1, 5, tzinfo=UTC) for year in (2013, 2014))
    assert windows.until(NEWEST) == (first, *midnights, end)


def test_one_day_more_moves_each_period_by_one_day() -> None:
    windows = Windows(train="20 days", validate="1 week", test="3 days")
    first, second = (windows.until(datetime(2020, 2, day, 7, tzinfo=UTC)) for day in (28, 29))
    assert [(later - sooner).days for sooner, later in zip(first, second, strict=True) if sooner and later] == [1] * 4


def test_without_a_length_the_oldest_row_is_learned_from() -> None:
    assert Windows(validate="1 year", test="1 year").until(NEWEST).train_from is None


@pytest.mark.parametrize(
    ("test", "begin"),
    [("2 hours", (3, 0, 0)), ("2 minutes", (4, 55, 0)), ("90 seconds", (4, 54, 59))],
)
def test_a_length_on_the_clock_ends_with_the_newest_labels_hour_minute_or_second(
    test: str, begin: tuple[int, ...]
) -> None:
    cut = Windows(validate="1 hour", test=test).until(datetime(2020, 5, 4, 4, 56, 28, 120, tzinfo=UTC))
    assert cut.test_from == datetime(2020, 5, 4, *begin, tzinfo=UTC)


def test_a_month_before_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    cut = Windows(validate="1 month", test="1 month").until(datetime(2020, 3, 30, 12, tzinfo=UTC))
    assert (cut.test_from, cut.validate_from) == (datetime(2020, 2, 29, tzinfo=UTC), datetime(2020, 1, 29, tzinfo=UTC))


def test_a_day_on_which_the_clocks_change_begins_at_midnight_too() -> None:
    cut = Windows(validate="1 day", test="1 day", zone="Europe/Berlin").until(datetime(2020, 3, 29, 20, tzinfo=UTC))
    assert (cut.test_until - cut.test_from).total_seconds() == 23 * 3600


@pytest.mark.parametrize("length", ["8 moons", "0 days", "-1 day", "1.5 days", "days", "", "8months", "1 day 2 hours"])
def test_a_length_that_is_none_is_named_with_what_to_write(length: str) -> None:
    with pytest.raises(SixfoldError, match=r"PERIODS: .* is no length"):
        Windows(validate=length, test="1 day")


def test_lengths_before_the_calendar_are_refused() -> None:
    with pytest.raises(SixfoldError, match="PERIODS reach from 2014-01-01 back to before the year 1"):
        Windows(validate="3000 years", test="1 day").until(NEWEST)


@pytest.mark.parametrize("zone", ["New York", "", "../UTC", "Europe"])
def test_a_zone_that_is_none_is_refused(zone: str) -> None:
    with pytest.raises(SixfoldError, match=f"no time zone '{zone}'"):
        Windows(validate="1 day", test="1 day", zone=zone)


def test_dates_stay_where_they_are() -> None:
    begin, later = (datetime(2013, month, 1, tzinfo=UTC) for month in (9, 10))
    cut = Dates(begin, later).until(NEWEST)
    assert (cut.train_from, cut.validate_from, cut.test_from) == (None, begin, later)
    assert cut.test_until > NEWEST


@pytest.mark.parametrize(
    ("given", "fault"),
    [((datetime(2013, 9, 1), NEWEST), "validate_from is"), ((NEWEST, NEWEST), "begins before")],  # noqa: DTZ001 - the fault
)
def test_dates_that_are_none_are_refused(given: Any, fault: str) -> None:
    with pytest.raises(SixfoldError, match=fault):
        Dates(*given)
