import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from models.aws import open_catalog
from serving.tables import writer
from sixfold.contract import Product, load_product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import PREDICTIONS
from tests.unit.serving.conftest import nowhere, platform

START = datetime(2013, 10, 1, tzinfo=UTC)
LABELS = pa.schema([("flight_id", pa.string()), ("known_at", pa.timestamp("us", tz="UTC")), ("late", pa.bool_())])

__all__ = ["nowhere", "platform"]  # the empty platform of the serving tests


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


def _predictions(rows: int, *, day: int = 0, release: str = "a" * 64) -> list[dict[str, Any]]:
    """Return a day's predictions, spread over its hours, whose scores are the chance of being late."""
    scores = np.random.default_rng(day).beta(2, 5, rows)
    return [
        {
            "prediction_id": f"{release[0]}{day}-{n}", "time": START + timedelta(days=day, hours=12 * n / rows),
            "product": "flight-delays", "api_version": "v1", "release": release, "consumer": "rebooking",
            "entities": json.dumps({"origin": "JFK", "carrier": "AA"}), "label_key": f"F{day}-{n}",
            "features": json.dumps({"temp": 50.0, "humid": None}), "score": float(score), "fallback": False,
            "shadow": False, "logged_at": datetime.now(UTC), "replayed": True,
        }
        for n, score in enumerate(scores)
    ]  # fmt: skip


def _landings(predicted: list[dict[str, Any]], hours: float) -> list[dict[str, Any]]:
    """Return the labels of predictions, known some hours later."""
    drawn = np.random.default_rng(9).random(len(predicted))
    known = timedelta(hours=hours)
    return [
        {"flight_id": row["label_key"], "known_at": row["time"] + known, "late": bool(chance < row["score"])}
        for row, chance in zip(predicted, drawn, strict=True)
    ]


@pytest.fixture
def predictions() -> Callable[..., list[dict[str, Any]]]:
    return _predictions


@pytest.fixture
def landings() -> Callable[..., list[dict[str, Any]]]:
    return _landings


@pytest.fixture
def log(platform: PlatformRefs, tmp_path: Path) -> Callable[[list[dict[str, Any]]], None]:
    return writer(platform, tmp_path, "flight_delays", PREDICTIONS)


@pytest.fixture
def label(platform: PlatformRefs) -> Callable[[list[dict[str, Any]]], None]:
    """A function that adds rows to the label table."""

    def label(rows: list[dict[str, Any]]) -> None:
        table = open_catalog(platform).create_table_if_not_exists(("labels", "flight_delays"), LABELS)
        table.append(pa.Table.from_pylist(rows, LABELS))

    return label
