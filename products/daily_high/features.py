"""The features of `daily-high`: the last days at a station, and what its months are used to."""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
from feast import Entity, FeatureService, FeatureView, Field, ValueType
from feast.types import Float64, String

from models.offline import IcebergSource
from products.daily_high.data import OWNER
from sixfold.product import TableSpec

INPUTS = ("curated.reports",)
ENTITIES = {
    name: Entity(name=name, join_keys=[name], value_type=ValueType.STRING, description=description, owner=OWNER)
    for name, description in (("station", "Weather station, by its airport"), ("month", "Month of the year, 1 to 12"))
}


def _view(name: str, keys: tuple[str, ...], features: tuple[str, ...], description: str) -> FeatureView:
    table = f"curated.features_{name}"
    kinds = dict.fromkeys(keys, String) | dict.fromkeys(features, Float64)
    return FeatureView(
        name=name,
        entities=[ENTITIES[key] for key in keys],
        ttl=timedelta(0),
        schema=[Field(name=field, dtype=kind) for field, kind in kinds.items()],
        source=IcebergSource(table=table, timestamp_field="event_timestamp", description=description, owner=OWNER),
        description=description,
        owner=OWNER,
    )


VIEWS = (
    _view(
        "last_days",
        ("station",),
        ("last_high", "last_low", "last_rain", "last_wind", "high_change", "high_3d", "high_7d", "rain_7d"),
        "The last reported day at the station, and the days before it",
    ),
    _view("usual_month", ("station", "month"), ("usual_high", "usual_low"), "What earlier years had in that month"),
)
SERVICE = FeatureService(name="daily-high", features=list(VIEWS), owner=OWNER)


def tables(read: Callable[[str], pl.DataFrame]) -> dict[TableSpec, pl.DataFrame]:
    """Compute the feature tables; a row's `event_timestamp` is the report that made its values known."""
    reports = read("curated.reports").sort("station", "day")
    frames = {"last_days": _last_days(reports), "usual_month": _usual_month(reports)}
    specs = {view.name: view.description for view in VIEWS}
    return {
        TableSpec(f"curated.features_{name}", OWNER, specs[name], month_of="event_timestamp"): frame
        for name, frame in frames.items()
    }


def _last_days(reports: pl.DataFrame) -> pl.DataFrame:
    def mean(column: str, days: int) -> pl.Expr:
        return pl.col(column).rolling_mean(days, min_samples=1).over("station")

    return reports.select(
        "station",
        event_timestamp="known_at",
        last_high="high",
        last_low="low",
        last_rain="rain",
        last_wind="wind",
        high_change=(pl.col("high") - pl.col("high").shift(1)).over("station"),
        high_3d=mean("high", 3),
        high_7d=mean("high", 7),
        rain_7d=mean("rain", 7),
    )


def _usual_month(reports: pl.DataFrame) -> pl.DataFrame:
    """Return for each month that has ended the mean of all such months until then."""
    months = reports.group_by("station", pl.col("day").dt.truncate("1mo").alias("begin")).agg(
        pl.col("high", "low").mean(), event_timestamp=pl.col("known_at").max()
    )
    so_far = [
        (pl.col(name).cum_sum() / pl.col(name).cum_count()).over("station", "month").alias(f"usual_{name}")
        for name in ("high", "low")
    ]
    named = months.with_columns(month=pl.col("begin").dt.month().cast(pl.String)).sort("station", "begin")
    return named.select("station", "month", "event_timestamp", *so_far)
