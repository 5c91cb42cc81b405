"""The data of `daily-high`: what a weather station reported of each day, and the highest temperature as the label.

The source is the PyPI package vega_datasets: NOAA's daily summaries of Seattle-Tacoma airport, 2012 to 2015, which are
in the public domain.
"""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pandera.polars as pa
import polars as pl
from pandera.polars import Check, Column

from sixfold.product import Source, TableSpec

OWNER = "forecasters"
STATION = "SEA"
REPORTED_AFTER = timedelta(days=1, hours=9)
"""A day in Seattle begins at 08:00 UTC; its report is there an hour after its end."""


def sources() -> tuple[Source, ...]:
    """Return the source file.

    Raises:
        ModuleNotFoundError: vega_datasets is not installed.

    """
    spec = find_spec("vega_datasets")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("vega_datasets")
    file = Path(spec.origin).parent / "_data" / "seattle-weather.csv"
    return (Source("reports", file, OWNER, "Daily weather reports of the station at Seattle-Tacoma airport"),)


def _number(low: float, high: float) -> Column:
    return Column(pl.Float64, Check.in_range(low, high))


CONTRACTS: dict[str, pa.DataFrameSchema] = {
    "reports": pa.DataFrameSchema(
        {
            "date": Column(pl.Datetime("us", "UTC"), unique=True),
            "precipitation": _number(0, 500),
            "temp_max": _number(-40, 50),
            "temp_min": _number(-40, 40),
            "wind": _number(0, 50),
            "weather": Column(pl.String, Check.isin(["drizzle", "fog", "rain", "snow", "sun"])),
        },
        checks=Check(
            lambda data: data.lazyframe.select(pl.col("temp_min") <= pl.col("temp_max")),
            error="temp_min is above temp_max",
        ),
    )
}

TABLES = (
    TableSpec("curated.reports", OWNER, "Daily weather by station; `day` is the local day", month_of="day"),
    TableSpec("labels.daily_high", OWNER, "high: the day's highest temperature; known_at: its report", month_of="day"),
)


def curate(passed: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Turn the reports that passed into the content of `TABLES`, a row for a row."""
    reports = (
        passed["reports"]
        .sort("date")
        .select(
            station=pl.lit(STATION),
            day="date",
            known_at=pl.col("date") + REPORTED_AFTER,
            high="temp_max",
            low="temp_min",
            rain="precipitation",
            wind="wind",
        )
    )
    report = pl.format("{}-{}", "station", pl.col("day").dt.strftime("%Y-%m-%d"))
    return {"curated.reports": reports, "labels.daily_high": reports.select("day", "known_at", "high", report=report)}
