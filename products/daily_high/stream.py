"""The reported days as a stream of requests: what was asked, and when."""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from products.daily_high.model import ASKED_AFTER
from products.daily_high.service import Row


def requests(read: Callable[[str], pl.DataFrame], since: datetime, until: datetime) -> pl.DataFrame:
    """Return `at` and `row`, a request as JSON, for each day whose prediction falls into [since, until), by `at`."""
    at = pl.col("day") + ASKED_AFTER
    days = read("curated.reports").filter(at >= since, at < until).sort("day")
    rows = [Row(station=station, day=day.date()) for station, day in days.select("station", "day").iter_rows()]
    return days.select(at=at, row=pl.Series([row.model_dump_json() for row in rows], dtype=pl.String))
