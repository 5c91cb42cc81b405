"""Training periods of a product: lengths counted back from the newest label, or dates. `PERIODS` of `model.py` is one.

Training resolves them to moments, which the candidate records. Pure: the same newest label gives the same moments.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sixfold.errors import SixfoldError
from sixfold.moments import moment_of

_LENGTH = re.compile(r"([1-9]\d{0,8}) (second|minute|hour|day|week|month|year)s?", re.ASCII)
_MONTHS = {"month": 1, "year": 12}
_DAYS = {"day": 1, "week": 7}
_CLOCK = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1), "hour": timedelta(hours=1)}


class Cut(NamedTuple):
    """The moments at which periods begin, and at which the last one ends; `train_from` of None: with the oldest row."""

    train_from: datetime | None
    validate_from: datetime
    test_from: datetime
    test_until: datetime


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Lengths such as "8 months", "90 days" or "36 hours", counted back from the end of the newest label's day.

    Days, weeks, months and years are those of the calendar in `zone`. Where a length is of hours, minutes or seconds,
    the end is that of the newest label's hour, minute or second.

    Args:
        train: the period to learn from; None: all before the validation period.
        validate: the period to choose parameters on.
        test: the period to judge on.
        zone: the time zone whose midnight begins a day.

    Raises:
        SixfoldError: a length or the zone is none.

    """

    train: str | None = None
    validate: str
    test: str
    zone: str = "UTC"

    def __post_init__(self) -> None:
        for length in self._lengths:
            _parts(length)
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):  # ValueError: a path; OSError: a folder of zones
            raise SixfoldError(
                f"PERIODS: there is no time zone {self.zone!r}", remedy="write one like Europe/Berlin or UTC"
            ) from None

    @property
    def _lengths(self) -> tuple[str, ...]:
        return tuple(length for length in (self.test, self.validate, self.train) if length is not None)

    def until(self, newest: datetime) -> Cut:
        """Return the periods that end with the label of `newest`, an aware moment; all in UTC.

        Raises:
            SixfoldError: they begin before the calendar does.

        """
        begins = [self._end(newest)]
        try:
            for length in self._lengths:
                begins.append(_back(begins[-1], *_parts(length)))
        except (ValueError, OverflowError):
            raise SixfoldError(
                f"PERIODS reach from {newest:%Y-%m-%d} back to before the year 1", remedy="write shorter lengths"
            ) from None
        end, test, validate, *train = (moment.astimezone(UTC) for moment in begins)
        return Cut(train[0] if train else None, validate, test, end)

    def _end(self, newest: datetime) -> datetime:
        local = newest.astimezone(ZoneInfo(self.zone))
        units = {_parts(length)[1] for length in self._lengths}
        unit = next((unit for unit in _CLOCK if unit in units), None)
        if unit is None:
            return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), local.tzinfo)
        minute, second = (0 if unit == "hour" else local.minute), (local.second if unit == "second" else 0)
        begin = local.replace(minute=minute, second=second, microsecond=0)
        return (begin.astimezone(UTC) + _CLOCK[unit]).astimezone(local.tzinfo)


@dataclass(frozen=True)
class Dates:
    """Periods that stay where they are, whatever arrives: nothing newer is ever learned from.

    Args:
        validate_from: the first moment of the validation period; the model learns from all that came before.
        test_from: the first moment of the test period, which ends with the newest label.

    Raises:
        SixfoldError: a moment has no time zone, or they are out of order.

    """

    validate_from: datetime
    test_from: datetime

    def __post_init__(self) -> None:
        for name in ("validate_from", "test_from"):
            try:
                moment_of(getattr(self, name))
            except ValueError:
                raise SixfoldError(
                    f"PERIODS: {name} is {getattr(self, name)!r}",
                    remedy="make it a datetime with a time zone, from 1700 to 2199",
                ) from None
        if self.validate_from >= self.test_from:
            raise SixfoldError(
                "PERIODS: the test period begins before the validation period", remedy="let `test_from` be later"
            )

    def until(self, newest: datetime) -> Cut:
        """Return the periods of data whose newest label is of `newest`."""
        return Cut(None, self.validate_from, self.test_from, newest + timedelta(microseconds=1))


Periods = Windows | Dates


def _parts(length: str) -> tuple[int, str]:
    found = _LENGTH.fullmatch(length)
    if found is None:
        raise SixfoldError(
            f"PERIODS: {length!r} is no length",
            remedy='write a number and a unit, like "8 months", "90 days", "36 hours"',
        )
    return int(found[1]), found[2]


def _back(moment: datetime, count: int, unit: str) -> datetime:
    """Return the moment so much earlier; on the clocks of its zone where the unit is a day or longer."""
    if unit in _CLOCK:
        return (moment.astimezone(UTC) - count * _CLOCK[unit]).astimezone(moment.tzinfo)
    if unit in _DAYS:
        return moment - timedelta(days=count * _DAYS[unit])
    year, month = divmod(moment.year * 12 + moment.month - 1 - count * _MONTHS[unit], 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
