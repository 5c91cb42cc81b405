"""Requests and answers of `flight-delays`. Pure: training and serving call the same functions."""

from datetime import UTC
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from sixfold.moments import Moment

AIRPORT_ZONE = ZoneInfo("America/New_York")
LATE_FROM = 0.5
UNKNOWN_AIRCRAFT = "unknown"
REQUEST_FEATURES = ("hour_of_day", "weekday")


class Row(BaseModel):
    """One flight to predict, as its airline schedules it. `tailnum` is left out while no aircraft is assigned."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    origin: Literal["EWR", "JFK", "LGA"]
    dest: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    carrier: Annotated[str, Field(pattern=r"^[A-Z0-9]{2}$")]
    flight: Annotated[int, Field(ge=1, le=9999)]
    scheduled_departure: Moment
    tailnum: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")] | None = None


class Prediction(BaseModel):
    """How likely the flight is to land 15 minutes late or more, and whether that is more likely than not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    late_probability: Annotated[float, Field(ge=0, le=1)]
    late: bool


def entities(row: Row) -> dict[str, str]:
    """Return the keys under which the feature store knows this flight's origin, carrier, route and aircraft."""
    return {
        "origin": row.origin,
        "carrier": row.carrier,
        "route": f"{row.origin}-{row.dest}",
        "tailnum": row.tailnum or UNKNOWN_AIRCRAFT,
    }


def label_key(row: Row) -> str:
    """Return the `flight_id` under which the label of this flight will be found in `labels.flight_delays`."""
    return f"{row.scheduled_departure.astimezone(UTC):%Y%m%dT%H%MZ}-{row.carrier}{row.flight}-{row.origin}"


def request_features(row: Row) -> dict[str, float]:
    """Return the features of the request itself: local hour of departure (0 to 24) and weekday (Monday is 0)."""
    local = row.scheduled_departure.astimezone(AIRPORT_ZONE)
    return {"hour_of_day": local.hour + local.minute / 60, "weekday": float(local.weekday())}


def predict(score: float) -> Prediction:
    """Turn the model's probability (0 to 1) into the answer."""
    return Prediction(late_probability=score, late=score >= LATE_FROM)
