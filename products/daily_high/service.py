"""Requests and answers of `daily-high`. Pure: training and serving call the same functions."""

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sixfold.moments import Day

REQUEST_FEATURES = ("season_cosine", "season_sine")
_YEAR = 365.25


class Row(BaseModel):
    """A station and the local day whose highest temperature is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    station: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    day: Day


class Prediction(BaseModel):
    """The highest temperature of the day, in degrees Celsius."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    high_celsius: float


def entities(row: Row) -> dict[str, str]:
    """Return the keys under which the feature store knows the station and the month."""
    return {"station": row.station, "month": str(row.day.month)}


def label_key(row: Row) -> str:
    """Return the report that will have the day's highest temperature."""
    return f"{row.station}-{row.day}"


def request_features(row: Row) -> dict[str, float]:
    """Return the place of the day in the year, on a circle."""
    angle = 2 * math.pi * row.day.timetuple().tm_yday / _YEAR
    return {"season_cosine": math.cos(angle), "season_sine": math.sin(angle)}


def predict(score: float) -> Prediction:
    """Turn the model's number into the answer; a tenth of a degree is what thermometers tell."""
    return Prediction(high_celsius=round(score, 1))
