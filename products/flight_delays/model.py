"""How the model of `flight-delays` is made: what it learns from, on which months, and which parameters are tried."""

from collections.abc import Callable

import polars as pl

from models.frameworks.lightgbm import LightGBM
from products.flight_delays.features import HORIZON
from products.flight_delays.service import Row, entities, request_features
from sixfold.periods import Windows

INPUTS = ("curated.flights", "labels.flight_delays")
TIME = "scheduled_departure"
LABEL = "late"

# Of the published year: January to August to learn, September to choose, October to December to judge.
PERIODS = Windows(train="8 months", validate="1 month", test="3 months", zone="America/New_York")

# The naive forecast to beat: how often this airline's flights of this hour were late while the model learned.
BASELINE = ("carrier", "hour")

# Trees take a missing value as what it is.
MISSING: dict[str, float] = {}

FRAMEWORK = LightGBM()
FIXED: dict[str, object] = {
    "objective": "binary", "metric": "auc", "learning_rate": 0.1, "bagging_freq": 1, "rounds": 400,
}  # fmt: skip
SEARCH: tuple[dict[str, object], ...] = tuple(
    {"num_leaves": leaves, "min_data_in_leaf": leaf, "feature_fraction": 0.5, "bagging_fraction": 0.7, "lambda_l2": l2}
    for leaves, leaf, l2 in ((15, 200, 1.0), (31, 200, 1.0), (31, 1000, 10.0), (63, 500, 10.0))
)


def examples(read: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """Return a row for each flight that has a label: its keys, its request features, and the moment of its prediction.

    Each flight goes through the very model and functions that a request goes through.

    Args:
        read: gives a table of `INPUTS` by its name.

    """
    flights = read("curated.flights").join(read("labels.flight_delays").select("flight_id", LABEL), on="flight_id")
    rows = [Row.model_validate(flight) for flight in flights.select(*Row.model_fields).iter_rows(named=True)]
    asked = pl.DataFrame([entities(row) | request_features(row) for row in rows], infer_schema_length=1)
    return pl.concat([flights.select("flight_id", TIME, LABEL), asked], how="horizontal").with_columns(
        event_timestamp=pl.col(TIME) - HORIZON, hour=pl.col("hour_of_day").floor()
    )
