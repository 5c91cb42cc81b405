"""The features of `flight-delays` as Feast knows them, and the tables that they are read from.

A prediction is made `HORIZON` before the scheduled departure: early enough to rebook or to plan a gate. So a feature
may tell only what was known at that moment. No view has a time to live: what is served is the newest row at any age,
and training sees the same.
"""

from collections.abc import Callable
from datetime import timedelta

import polars as pl
from feast import Entity, FeatureService, FeatureView, Field, ValueType
from feast.types import Float64, String

from models.offline import IcebergSource
from products.flight_delays import history
from products.flight_delays.sources import OWNER
from sixfold.product import TableSpec

HORIZON = timedelta(hours=2)
INPUTS = ("curated.flights", "curated.weather", "curated.planes", "labels.flight_delays")

_OUTCOMES = ("late", "delay")


def _entity(name: str, description: str) -> Entity:
    return Entity(name=name, join_keys=[name], value_type=ValueType.STRING, description=description, owner=OWNER)


ENTITIES = {
    "origin": _entity("origin", "Airport of departure: EWR, JFK or LGA"),
    "carrier": _entity("carrier", "Airline, by its two-character code"),
    "route": _entity("route", "Origin and destination, such as JFK-LAX"),
    "tailnum": _entity("tailnum", "Aircraft, by its registration"),
}


def _view(name: str, key: str, features: tuple[str, ...], description: str) -> FeatureView:
    table = f"curated.features_{name}"
    return FeatureView(
        name=name,
        entities=[ENTITIES[key]],
        ttl=timedelta(0),
        schema=[Field(name=key, dtype=String), *(Field(name=feature, dtype=Float64) for feature in features)],
        source=IcebergSource(table=table, timestamp_field="event_timestamp", description=description, owner=OWNER),
        description=description,
        owner=OWNER,
    )


def _outcomes(prefix: str, *windows: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{measure}_{window}" for window in windows for measure in _OUTCOMES)


VIEWS = (
    _view(
        "origin_weather",
        "origin",
        ("temp", "dewp", "humid", "wind_dir", "wind_speed", "precip", "pressure", "visib"),
        "Weather at the origin in the last full hour",
    ),
    _view(
        "origin_congestion",
        "origin",
        (
            "waiting",
            *(f"{measure}_{h}h" for h in (1, 3) for measure in ("departures", "departure_delay", "departure_late")),
        ),
        "Flights that wait at the origin, and how late the last ones left",
    ),
    _view("carrier_history", "carrier", _outcomes("carrier", "6h", "7d", "28d"), "How late the carrier's flights land"),
    _view(
        "route_history",
        "route",
        (*_outcomes("route", "1d", "28d"), "route_distance"),
        "How late flights on the route land, and its length in miles",
    ),
    _view(
        "aircraft_history",
        "tailnum",
        (*_outcomes("aircraft", "1d", "28d"), "aircraft_seats", "aircraft_age"),
        "How late the aircraft lands, its seats and its age in years",
    ),
)

SERVICE = FeatureService(name="flight-delays", features=list(VIEWS), owner=OWNER)


def tables(read: Callable[[str], pl.DataFrame]) -> dict[TableSpec, pl.DataFrame]:
    """Compute the feature tables from the lake.

    Args:
        read: gives a table of `INPUTS` by its name.

    """
    flights = read("curated.flights").join(
        read("labels.flight_delays").select("flight_id", "known_at", "late", "arr_delay"), on="flight_id", how="left"
    )
    frames = {
        "origin_weather": history.origin_weather(read("curated.weather")),
        "origin_congestion": history.origin_congestion(flights),
        "carrier_history": history.carrier_history(flights),
        "route_history": history.route_history(flights),
        "aircraft_history": history.aircraft_history(flights, read("curated.planes")),
    }
    return {
        TableSpec(f"curated.features_{view.name}", OWNER, view.description, month_of="event_timestamp"): frames[
            view.name
        ]
        for view in VIEWS
    }
