"""Served features against the lake: the reader that serves logs through serving's own writer, the job recomputes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.lake import Lake
from models.online import OnlineReader
from models.products.flight_delays import features, train
from models.skew import compare
from serving.evaluation.skew import skew
from serving.tables import PREDICTIONS, writer
from sixfold.contract import Product
from sixfold.environment import Platform

YEAR = (datetime(2013, 1, 1, tzinfo=UTC), datetime(2014, 1, 1, tzinfo=UTC))
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def served(built: Platform) -> list[dict[str, Any]]:
    """Return what the log has of 200 flights of a day, whose features the online reader gave."""
    reader = OnlineReader(built, "flight-delays")
    examples = train.examples(Lake(built).read).sort("event_timestamp").head(200)
    return [
        {
            "prediction_id": row["flight_id"], "time": row["event_timestamp"], "release": "a" * 64, "api_version": "v1",
            "entities": json.dumps({key: row[key] for key in features.ENTITIES}), "score": 0.5, "fallback": False,
            "features": json.dumps(
                reader.read([{key: row[key] for key in features.ENTITIES}], row["event_timestamp"])[0]
            ),
            "label_key": row["flight_id"], "logged_at": datetime.now(UTC), "replayed": True, "shadow": False,
        }
        for row in examples.to_dicts()
    ]  # fmt: skip


@pytest.fixture
def log(built: Platform, product: Product, tmp_path: Path) -> Callable[[list[dict[str, Any]]], Product]:
    """A function that logs predictions for a product of this test's own, and returns it."""

    def log(rows: list[dict[str, Any]]) -> Product:
        writer(built, tmp_path, product.package, PREDICTIONS)(rows)
        return product

    return log


def test_the_reference_product_serves_just_what_the_lake_has(
    log: Callable[[list[dict[str, Any]]], Product], served: list[dict[str, Any]], built: Platform
) -> None:
    found = compare(built, log(served), *YEAR)
    assert (found["rows"], found["differing"], found["features"]) == (200, 0, {})


def test_a_feature_in_another_unit_differs_and_an_absent_store_does_not(
    log: Callable[[list[dict[str, Any]]], Product], served: list[dict[str, Any]], built: Platform
) -> None:
    later = timedelta(seconds=1)  # nothing new is known by then, and no other row is there
    bad, away = dict(served[0]), dict(served[0])
    given = json.loads(bad["features"])
    bad["features"] = json.dumps(given | {"temp": (given["temp"] - 32) * 5 / 9})
    away["features"] = json.dumps(dict.fromkeys(given))
    product = log([row | {"time": row["time"] + later} for row in (bad, away)])
    found = compare(built, product, bad["time"] + later, bad["time"] + later)
    assert (found["rows"], found["unanswered"], found["features"]) == (1, 1, {"temp": 1})


def test_the_evaluation_asks_in_a_process_of_its_own(
    log: Callable[[list[dict[str, Any]]], Product], served: list[dict[str, Any]], built: Platform
) -> None:
    product = log(served)
    found = skew(built, product.name, served[-1]["time"] + DAY / 2)
    assert found.rows >= 100
    assert found.differing == 0
