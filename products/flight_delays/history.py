"""The feature tables of `flight-delays`: what was known of an origin, carrier, route or aircraft from each moment on.

Every row has an `event_timestamp`: the moment from which its values are known. All are computed from facts of that
moment or before, so changing the future changes no row of the past.
"""

from datetime import timedelta

import polars as pl

WEATHER_KNOWN_AFTER = timedelta(hours=1)
TICK = "15m"
# A flight that is this late and has not left counts as gone: nothing published tells when a cancellation was announced.
GIVEN_UP_AFTER = timedelta(hours=3)
LATE_MINUTES = 15


def origin_weather(weather: pl.DataFrame) -> pl.DataFrame:
    """Return the weather by origin, known once the hour that the row describes is over."""
    measures = ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib")
    return weather.select("origin", *measures, event_timestamp=pl.col("time_hour") + WEATHER_KNOWN_AFTER)


def origin_congestion(flights: pl.DataFrame) -> pl.DataFrame:
    """Return every quarter of an hour how many flights wait at an origin, and how late the last ones left."""
    ticks = _ticks(flights)
    last_hour, last_three = (_departures(flights, ticks, hours) for hours in (1, 3))
    keys = ["origin", "event_timestamp"]
    return _waiting(flights, ticks).join(last_hour, on=keys).join(last_three, on=keys)


def carrier_history(flights: pl.DataFrame) -> pl.DataFrame:
    """Return the lateness of each carrier's flights, with a row for each landing."""
    return _outcomes(flights, "carrier", "carrier", ("6h", "7d", "28d"))


def route_history(flights: pl.DataFrame) -> pl.DataFrame:
    """Return the lateness of each route's flights, with a row for each landing, and its length in miles."""
    distances = flights.group_by("route").agg(route_distance=pl.col("distance").min())
    outcomes = _outcomes(flights, "route", "route", ("1d", "28d"))
    return outcomes.join(distances, on="route").with_columns(pl.col("route_distance").cast(pl.Float64))


def aircraft_history(flights: pl.DataFrame, planes: pl.DataFrame) -> pl.DataFrame:
    """Return the lateness of each aircraft, with a row for each landing, and its size and age if registered."""
    outcomes = _outcomes(flights.filter(pl.col("tailnum").is_not_null()), "tailnum", "aircraft", ("1d", "28d"))
    registered = planes.select("tailnum", aircraft_seats=pl.col("seats").cast(pl.Float64), built="year")
    age = (pl.col("event_timestamp").dt.year() - pl.col("built")).cast(pl.Float64)
    return outcomes.join(registered, on="tailnum", how="left").with_columns(aircraft_age=age).drop("built")


def _outcomes(flights: pl.DataFrame, key: str, prefix: str, windows: tuple[str, ...]) -> pl.DataFrame:
    """Return the share of late landings and the mean delay over each window that ends with, and includes, a landing.

    `flights` must have the labels: `known_at`, `late`, `arr_delay`.
    """
    landed = flights.filter(pl.col("known_at").is_not_null()).sort("known_at")
    result = landed.select(key, event_timestamp="known_at").unique(maintain_order=True)
    for window in windows:
        rolled = landed.rolling("known_at", period=window, group_by=key).agg(
            pl.col("late").mean().alias(f"{prefix}_late_{window}"),
            pl.col("arr_delay").mean().alias(f"{prefix}_delay_{window}"),
        )
        distinct = rolled.rename({"known_at": "event_timestamp"}).unique([key, "event_timestamp"], keep="last")
        result = result.join(distinct, on=[key, "event_timestamp"], how="left")
    return result.sort(key, "event_timestamp")


def _ticks(flights: pl.DataFrame) -> pl.DataFrame:
    """Return all origins at each tick, from the first schedule to the last."""
    if flights.is_empty():
        return pl.DataFrame(schema={"event_timestamp": pl.Datetime("us", "UTC"), "origin": pl.String})
    due = flights.select(first=pl.col("scheduled_departure").min(), last=pl.col("scheduled_departure").max())
    start, end = due["first"].dt.truncate("1h")[0], due["last"].dt.offset_by("3h")[0]
    moments = pl.select(event_timestamp=pl.datetime_range(start, end, TICK, time_unit="us"))
    return moments.join(flights.select(pl.col("origin").unique().sort()), how="cross").sort("event_timestamp")


def _departures(flights: pl.DataFrame, ticks: pl.DataFrame, hours: int) -> pl.DataFrame:
    """Return at each tick the number of departures in the hours before, their mean delay, the share of late ones."""
    left = flights.filter(pl.col("departed_at").is_not_null())
    events = left.select("origin", event_timestamp="departed_at", delay=pl.col("dep_delay").cast(pl.Float64))
    both = pl.concat([events, ticks.select("origin", "event_timestamp", delay=pl.lit(None, pl.Float64))])
    rolled = (
        both.sort("event_timestamp")
        .rolling("event_timestamp", period=f"{hours}h", group_by="origin")
        .agg(
            pl.col("delay").count().cast(pl.Float64).alias(f"departures_{hours}h"),
            pl.col("delay").mean().alias(f"departure_delay_{hours}h"),
            (pl.col("delay") >= LATE_MINUTES).mean().alias(f"departure_late_{hours}h"),
        )
    )
    once = rolled.unique(["origin", "event_timestamp"], keep="last")
    return once.join(ticks, on=["origin", "event_timestamp"], how="semi")


def _waiting(flights: pl.DataFrame, ticks: pl.DataFrame) -> pl.DataFrame:
    """Return at each tick how many flights were due to leave, have not left, and are not given up."""
    given_up = pl.col("scheduled_departure") + GIVEN_UP_AFTER
    gone = pl.min_horizontal(pl.max_horizontal("departed_at", "scheduled_departure"), given_up)
    due = flights.select("origin", event_timestamp="scheduled_departure", change=pl.lit(1.0))
    left = flights.select(
        "origin",
        event_timestamp=pl.when(pl.col("departed_at").is_null()).then(given_up).otherwise(gone),
        change=pl.lit(-1.0),
    )
    steps = pl.concat([due, left]).sort("event_timestamp")
    level = steps.with_columns(waiting=pl.col("change").cum_sum().over("origin")).drop("change")
    level = level.unique(["origin", "event_timestamp"], keep="last", maintain_order=True)
    return ticks.join_asof(level, on="event_timestamp", by="origin", check_sortedness=False).with_columns(
        pl.col("waiting").fill_null(0.0)
    )
