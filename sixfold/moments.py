"""Moments and days as people, requests and files write them: one parser for all of them.

A moment is ISO 8601 with an offset, a day is `YYYY-MM-DD`, and both lie in the years 1700 to 2199: further out, a
change of the time zone or a count of nanoseconds overflows, as in pandas. Digits alone are neither, although pydantic
reads them as seconds since 1970.
"""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

FIRST = datetime(1700, 1, 1, tzinfo=UTC)
END = datetime(2200, 1, 1, tzinfo=UTC)
"""The first moment after the last one."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(_DAY.pattern + r"[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE)
_LIKE = "write it like 2013-10-01T12:00:00Z, with an offset, in the years 1700 to 2199"
_DAY_LIKE = "write it like 2013-10-01, in the years 1700 to 2199"


def moment_of(given: object) -> datetime:
    """Return the moment that a text or a datetime gives, in the time zone that it has.

    Raises:
        ValueError: it is none, or lies too far away; the message says what to write.

    """
    moment = given if isinstance(given, datetime) else None
    if isinstance(given, str) and _MOMENT.fullmatch(given):
        moment = _read(given.upper())
    try:
        if moment and moment.tzinfo and FIRST <= moment < END:
            return moment
    except OverflowError:  # of the time zone, at the first and the last day that Python knows
        pass
    raise ValueError(f"no moment; {_LIKE}")


def day_of(given: object) -> date:
    """Return the day that a text or a date gives.

    Raises:
        ValueError: it is none, or lies too far away; the message says what to write.

    """
    day = given if isinstance(given, date) and not isinstance(given, datetime) else None
    if isinstance(given, str) and _DAY.fullmatch(given):
        moment = _read(f"{given}T00:00:00Z")
        day = moment.date() if moment else None
    if day and FIRST.date() <= day < END.date():
        return day
    raise ValueError(f"no day; {_DAY_LIKE}")


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the form is right, and there is no such day, hour or offset
        return None


def _published(kind: str) -> WithJsonSchema:
    """Return the JSON schema of a format, with the years that it allows: whoever reads it must not be surprised."""
    return WithJsonSchema({"type": "string", "format": kind, "pattern": "^(1[7-9]|2[01])[0-9]{2}-"})


Moment = Annotated[datetime, BeforeValidator(moment_of), _published("date-time")]
"""A field with a moment, in strict models too."""
Day = Annotated[date, BeforeValidator(day_of), _published("date")]
"""A field with a day, in strict models too."""
