"""How the model of `daily-high` is made: what it learns from, in which years, and which parameters are tried."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl

from models.frameworks.sklearn import Sklearn
from products.daily_high.service import Row, entities, request_features
from sixfold.periods import Windows

INPUTS = ("curated.reports", "labels.daily_high")
TIME = "day"
LABEL = "high"
ASKED_AFTER = timedelta(hours=10)
"""From the beginning of the day in UTC: two in the morning in Seattle, when the last day's report is an hour old."""

# Of the published years: 2012 and 2013 to learn, 2014 to choose, 2015 to judge.
PERIODS = Windows(train="2 years", validate="1 year", test="1 year")

# Persistence is the naive forecast to beat: today will be like the last day that was reported.
BASELINE = "last_high"

# An unknown report becomes that of a usual day.
MISSING: dict[str, float] = {
    "last_high": 16.4, "last_low": 8.2, "last_rain": 0, "last_wind": 3.2, "high_change": 0,
    "high_3d": 16.4, "high_7d": 16.4, "rain_7d": 3, "usual_high": 16.4, "usual_low": 8.2,
}  # fmt: skip


def _pipeline(alpha: float) -> Any:  # noqa: ANN401 - scikit-learn ships no types
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - whoever only asks for names does not wait for it
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - the same
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - the same

    return make_pipeline(StandardScaler(), Ridge(alpha=alpha))


FRAMEWORK = Sklearn(_pipeline)
FIXED: dict[str, object] = {}
SEARCH: tuple[dict[str, object], ...] = tuple({"alpha": alpha} for alpha in (0.1, 1.0, 10.0, 100.0))


def examples(read: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """Return a row for each reported day: its keys, its request features, and the moment of its prediction."""
    reports = read("curated.reports").sort("day")
    rows = [Row(station=station, day=day.date()) for station, day in reports.select("station", "day").iter_rows()]
    asked = pl.DataFrame([entities(row) | request_features(row) for row in rows])
    known = reports.select("high", "day", event_timestamp=pl.col("day") + ASKED_AFTER)
    return pl.concat([known, asked], how="horizontal")
