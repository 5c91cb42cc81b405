"""Moments and days: one parser, with an offset, bounded, and never an error that nobody expects."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from sixfold.moments import END, FIRST, Day, Moment, day_of, moment_of

OFFSETS = st.integers(-24 * 60 + 1, 24 * 60 - 1).map(lambda minutes: timezone(timedelta(minutes=minutes)))
EDGES = st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)])
FAR_OR_FOREIGN = [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00Z", "1" * 10**6, "1380628800", "0",
    "2013-10-01", "2013-10-01T12:00:00", "2013-10-01T12:00:00 +02:00", "2013-10-01T24:00:00Z", "2013-02-30T12:00:00Z",
    "2013-10-01T12:00:00+24:00", "2013-10-01T12:00:60Z", "2013-W40-2T12:00:00Z", "20131001T120000Z",
    "٢٠١٣-10-01T12:00Z",
    "2013-10-01T12:00:00Z\n", "1699-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "", "now", 1380628800, 0.5, None,
    date(2013, 10, 1), datetime(2013, 10, 1),  # noqa: DTZ001 - this is the point
]  # fmt: skip


class Row(BaseModel):
    """A row as products declare it."""

    model_config = ConfigDict(strict=True)

    at: Moment
    day: Day = date(2013, 10, 1)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2013-10-01T12:00:00Z", datetime(2013, 10, 1, 12, tzinfo=UTC)),
        ("2013-10-01t12:00z", datetime(2013, 10, 1, 12, tzinfo=UTC)),
        ("2013-10-01 12:00:00.25+02:00", datetime(2013, 10, 1, 10, 0, 0, 250_000, tzinfo=UTC)),
        ("2013-10-01T12:00:00-0530", datetime(2013, 10, 1, 17, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_keeps_its_offset(text: str, utc: datetime) -> None:
    assert moment_of(text) == utc


@pytest.mark.parametrize("given", FAR_OR_FOREIGN, ids=lambda given: repr(given)[:30])
def test_anything_else_is_refused_with_the_form_to_write(given: object) -> None:
    with pytest.raises(ValueError, match="2013-10-01T12:00:00Z"):
        moment_of(given)
    with pytest.raises(ValidationError):
        Row(at=given)  # type: ignore[arg-type] # this is the point


@given(st.datetimes(timezones=OFFSETS) | st.tuples(EDGES, OFFSETS).map(lambda pair: pair[0].replace(tzinfo=pair[1])))
def test_a_moment_is_used_in_every_time_zone_or_refused(moment: datetime) -> None:
    """Years 1 and 9999 included, where a change of the time zone overflows."""
    for written in (moment, moment.isoformat()):
        with suppress(ValueError):
            read = moment_of(written)
            assert FIRST <= read.astimezone(UTC) < END
            assert read.astimezone(timezone(timedelta(hours=14))) == read.astimezone(timezone(timedelta(hours=-14)))


@given(st.text() | st.from_regex(r"[0-9]{1,5}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,12}(Z|[+-][0-9:]{2,6})?", fullmatch=True))
def test_any_text_is_a_moment_or_a_validation_error(text: str) -> None:
    with suppress(ValidationError):
        assert Row(at=text).at.tzinfo  # type: ignore[arg-type] # this is the point


@pytest.mark.parametrize("given", ["20131001", "1380585600", "2013-10-01T00:00:00Z", "0000-01-01", "9999-12-31", 86400,
                                   "2013-02-30", "2013-1-1", None, datetime(2013, 10, 1, tzinfo=UTC)])  # fmt: skip
def test_a_day_is_written_in_one_way(given: object) -> None:
    with pytest.raises(ValueError, match="write it like 2013-10-01"):
        day_of(given)
    assert day_of("2013-10-01") == day_of(date(2013, 10, 1))


def test_the_json_schema_names_the_formats() -> None:
    properties = Row.model_json_schema()["properties"]
    assert (properties["at"]["format"], properties["day"]["format"]) == ("date-time", "date")
    assert Row.model_validate_json('{"at": "2013-10-01T12:00:00Z", "day": "2013-10-01"}').day == date(2013, 10, 1)
