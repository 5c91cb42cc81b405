"""Curated tables from the rows that keep their contract, with every time in UTC, and the ground truth.

`curated.flights` stops at the departure. What is known only on landing lives in `labels.flight_delays` alone, with the
moment at which it became known, so that no feature can read it by accident.
"""

import polars as pl

from products.flight_delays.sources import OWNER
from sixfold.product import TableSpec

LATE_MINUTES = 15
_DAY_MINUTES = 1440
# Destinations that the published list of airports leaves out; none of them changes its clocks.
_UNLISTED = {
    "BQN": "America/Puerto_Rico",
    "PSE": "America/Puerto_Rico",
    "SJU": "America/Puerto_Rico",
    "STT": "America/St_Thomas",
}

TABLES = (
    TableSpec(
        "curated.flights",
        OWNER,
        "Flights up to their departure, times in UTC",
        month_of="scheduled_departure",
        grows_with="flights",
        key="flight_id",
        reads=("airports",),
    ),
    TableSpec("curated.weather", OWNER, "Hourly weather by origin; time_hour begins the hour", month_of="time_hour"),
    TableSpec("curated.planes", OWNER, "Aircraft by tail number"),
    TableSpec("curated.airlines", OWNER, "Names of the airlines by carrier code"),
    TableSpec("curated.airports", OWNER, "Where the airports are, and their time zones"),
    TableSpec(
        "labels.flight_delays",
        OWNER,
        f"late: landed {LATE_MINUTES} minutes late or more; known_at: the arrival. Cancelled and diverted: no row",
        month_of="scheduled_departure",
        grows_with="flights",
        key="flight_id",
        reads=("airports",),
    ),
)


def curate(passed: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Turn the rows that passed, by source, into the content of `TABLES`; each curated table keeps a row for a row."""
    tables = {f"curated.{name}": rows for name, rows in passed.items() if name != "flights"}
    if "flights" in passed:
        flights = arrived_at(_scheduled(passed["flights"]), passed["airports"])
        tables |= {"curated.flights": _departures(flights), "labels.flight_delays": _labels(flights)}
    return tables


def arrived_at(flights: pl.DataFrame, airports: pl.DataFrame) -> pl.DataFrame:
    """Add `arrived_at`: the first moment after touchdown at which the clocks at `dest` show `arr_time`.

    Published is only the clock (HHMM), not its date or zone. Touchdown is `departed_at` plus `air_time`, and taxiing
    took 5 to 235 minutes in 2013, so that moment is the only candidate. Null where a flight did not land, or its
    destination's zone is not known.
    """
    unlisted = pl.DataFrame({"dest": list(_UNLISTED), "zone": list(_UNLISTED.values())})
    zones = pl.concat([airports.select(dest="faa", zone="tzone"), unlisted]).unique("dest", keep="first")
    located = flights.join(zones, on="dest", how="left", maintain_order="left")
    parts = [_in_zone(part, zone) for (zone,), part in located.partition_by("zone", as_dict=True).items()]
    return pl.concat(parts or [_in_zone(located, None)]).sort("scheduled_departure", "flight_id").drop("zone")


def _in_zone(flights: pl.DataFrame, zone: object) -> pl.DataFrame:
    if zone is None:
        return flights.with_columns(arrived_at=pl.lit(None, pl.Datetime("us", "UTC")))
    touchdown = pl.col("departed_at") + pl.duration(minutes=pl.col("air_time").fill_null(0))
    local = touchdown.dt.convert_time_zone(str(zone))
    shown_then = local.dt.hour().cast(pl.Int64) * 60 + local.dt.minute()
    shown_at_gate = pl.col("arr_time") // 100 * 60 + pl.col("arr_time") % 100
    return flights.with_columns(arrived_at=touchdown + pl.duration(minutes=(shown_at_gate - shown_then) % _DAY_MINUTES))


def _scheduled(flights: pl.DataFrame) -> pl.DataFrame:
    """Put the departure on one clock, UTC: `time_hour` is published in UTC, the minute and the delay need no zone."""
    scheduled = pl.col("time_hour") + pl.duration(minutes=pl.col("minute"))
    return flights.with_columns(scheduled_departure=scheduled).with_columns(
        departed_at=pl.col("scheduled_departure") + pl.duration(minutes=pl.col("dep_delay")),
        route=pl.col("origin") + "-" + pl.col("dest"),
        flight_id=pl.format(
            "{}-{}{}-{}",
            pl.col("scheduled_departure").dt.strftime("%Y%m%dT%H%MZ"),
            pl.col("carrier"),
            pl.col("flight"),
            pl.col("origin"),
        ),
    )


def _departures(flights: pl.DataFrame) -> pl.DataFrame:
    """Leave out what only the landing tells. `departed_at` and `dep_delay` are null for a flight that never left."""
    return flights.select(
        *("flight_id", "scheduled_departure", "departed_at", "dep_delay"),
        *("origin", "dest", "route", "carrier", "flight", "tailnum", "distance"),
    )


def _labels(flights: pl.DataFrame) -> pl.DataFrame:
    return flights.filter(pl.col("arr_delay").is_not_null() & pl.col("arrived_at").is_not_null()).select(
        "flight_id",
        "scheduled_departure",
        known_at=pl.col("arrived_at"),
        arr_delay=pl.col("arr_delay"),
        late=pl.col("arr_delay") >= LATE_MINUTES,
    )
