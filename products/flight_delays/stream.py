"""The real flights as a stream of requests: what was asked, and when."""

from collections.abc import Callable
from datetime import datetime

import polars as pl

from products.flight_delays.features import HORIZON
from products.flight_delays.service import Row


def requests(read: Callable[[str], pl.DataFrame], since: datetime, until: datetime) -> pl.DataFrame:
    """Return `at` and `row`, a request as JSON, for each flight whose prediction falls into [since, until), by `at`.

    Args:
        read: gives a table of the lake by its name.
        since: the first moment of a prediction, `HORIZON` before the scheduled departure.
        until: the moment before which the last prediction is made.

    """
    at = pl.col("scheduled_departure") - HORIZON
    flights = read("curated.flights").filter(at >= since, at < until).sort("scheduled_departure", "flight_id")
    fields = flights.select(*Row.model_fields)
    rows = [Row.model_validate(flight).model_dump_json() for flight in fields.iter_rows(named=True)]
    return flights.select(at=at).with_columns(row=pl.Series(rows, dtype=pl.String))
