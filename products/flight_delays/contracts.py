"""Data contracts: the conditions that each row of a source must meet.

Ranges are physical limits: a row outside them is a fault of measurement or transmission, and not rare weather.
"""

from zoneinfo import available_timezones

import pandera.polars as pa
import polars as pl
from pandera.polars import Check, Column, PolarsData

_ORIGINS = ("EWR", "JFK", "LGA")
_UTC = pl.Datetime("us", "UTC")
_ZONES = sorted(available_timezones() - {"Factory", "localtime"})  # two that are no zones


def _number(low: float, high: float, *, nullable: bool = True, whole: bool = False) -> Column:
    return Column(pl.Int64 if whole else pl.Float64, Check.in_range(low, high), nullable=nullable)


def _clock() -> Column:
    """Describe a local time as HHMM; midnight at the end of a day is published as 2400."""
    return _number(1, 2400, whole=True)


def _code(pattern: str, *, nullable: bool = False, unique: bool = False) -> Column:
    checks = [Check.str_matches(pattern)]
    return Column(pl.String, [*checks, _distinct()] if unique else checks, nullable=nullable)


def _distinct() -> Check:
    return Check(
        lambda data: data.lazyframe.select(pl.col(data.key).is_first_distinct()),
        name="distinct",
        error="is there twice",
    )


def _first(*key: str, column: str) -> Check:
    """Only the first row of each key is believed."""
    return Check(
        lambda data: data.lazyframe.select(pl.struct(key).is_first_distinct().alias(column)),
        name="distinct",
        error=f"another row has the same {', '.join(key)}",
    )


def _departure_adds_up(data: PolarsData) -> pl.LazyFrame:
    """Check that the published departure is the schedule plus the published delay, on a clock of 24 hours."""
    minutes = pl.col("dep_time") // 100 * 60 + pl.col("dep_time") % 100
    due = pl.col("hour") * 60 + pl.col("minute") + pl.col("dep_delay")
    return data.lazyframe.select(((due - minutes) % 1440 == 0).fill_null(value=True).alias("dep_time"))


CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "flights": pa.DataFrameSchema(
        {
            "time_hour": Column(_UTC),
            "hour": _number(0, 23, nullable=False, whole=True),
            "minute": _number(0, 59, nullable=False, whole=True),
            "dep_time": _clock(),
            "dep_delay": _number(-120, 2880, whole=True),
            "arr_time": _clock(),
            "arr_delay": _number(-180, 2880, whole=True),
            "air_time": _number(5, 1200, whole=True),
            "carrier": _code(r"^[A-Z0-9]{2}$"),
            "flight": _number(1, 9999, nullable=False, whole=True),
            "tailnum": _code(r"^[A-Z0-9]{1,8}$", nullable=True),
            "origin": Column(pl.String, Check.isin(_ORIGINS)),
            "dest": _code(r"^[A-Z]{3}$"),
            "distance": _number(1, 12000, nullable=False, whole=True),
        },
        checks=[
            Check(_departure_adds_up, error="dep_time is not the schedule plus dep_delay"),
            _first("time_hour", "minute", "carrier", "flight", "origin", column="flight"),
        ],
    ),
    "weather": pa.DataFrameSchema(
        {
            "origin": Column(pl.String, Check.isin(_ORIGINS)),
            "time_hour": Column(_UTC),
            "temp": _number(-40, 130),
            "dewp": _number(-60, 100),
            "humid": _number(0, 100),
            "wind_dir": _number(0, 360),
            "wind_speed": _number(0, 120),
            "precip": _number(0, 10, nullable=False),
            "pressure": _number(900, 1090),
            "visib": _number(0, 10, nullable=False),
        },
        checks=_first("origin", "time_hour", column="time_hour"),
    ),
    "planes": pa.DataFrameSchema(
        {
            "tailnum": _code(r"^[A-Z0-9]{1,8}$", unique=True),
            "year": _number(1930, 2013, whole=True),
            "engines": _number(1, 4, nullable=False, whole=True),
            "seats": _number(1, 900, nullable=False, whole=True),
        }
    ),
    "airlines": pa.DataFrameSchema({"carrier": _code(r"^[A-Z0-9]{2}$", unique=True), "name": Column(pl.String)}),
    "airports": pa.DataFrameSchema(
        {
            "faa": _code(r"^[A-Z0-9]{3}$", unique=True),
            "name": Column(pl.String),
            "lat": _number(-90, 90, nullable=False),
            "lon": _number(-180, 180, nullable=False),
            "tzone": Column(pl.String, Check.isin(_ZONES)),
        }
    ),
}
