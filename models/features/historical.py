"""Features as known at a moment, by polars: what training learns from, and the skew check recomputes.

No registry is opened: the definitions are code, and the history lies in the lake.
"""

from datetime import timedelta

import polars as pl

from models.features.views import views_of
from models.lake import Lake
from sixfold.product import FeaturesModule


def historical(lake: Lake, features: FeaturesModule, spine: pl.DataFrame) -> pl.DataFrame:
    """Return `spine` (entity keys and `event_timestamp`) with each feature as it was known at that moment."""
    for view in views_of(features):
        known = lake.read(view.table).rename({view.moment: "event_timestamp"})
        spine = join_as_of(spine, known.select(*view.keys, "event_timestamp", *view.features), list(view.keys))
    return spine


def join_as_of(spine: pl.DataFrame, known: pl.DataFrame, keys: list[str], ttl: timedelta | None = None) -> pl.DataFrame:
    """Give each row of `spine` the newest row of `known` with the same keys, at or before its `event_timestamp`.

    Rows keep their order. What is older than `ttl` counts as missing; with a `ttl` of None or zero nothing is too old.
    """
    placed = spine.with_row_index("__place").sort("event_timestamp")
    joined = placed.join_asof(
        known.sort("event_timestamp"), on="event_timestamp", by=keys, tolerance=ttl or None, check_sortedness=False
    )
    return joined.sort("__place").drop("__place")
