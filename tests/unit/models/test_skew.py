"""Served features against the lake: the reader that serves logs through serving's own writer, the job recomputes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.features.skew import compare
from models.lake import Lake
from monitoring.evaluation.skew import skew
from products.flight_delays import features, model
from serving.online import OnlineReader
from serving.tables import writer
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import PREDICTIONS
from tests.unit.models.online_reader import reader_of

Served = Callable[[timedelta, int], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def served(built: PlatformRefs, product: Product) -> Served:
    """A function that gives what the log has of flights, some time after the first, as the online reader serves."""
    reader = reader_of(built, product)
    flights = model.examples(Lake(built, "flight_delays").read).sort("event_timestamp")

    def serve(later: timedelta, rows: int) -> list[dict[str, Any]]:
        return [_logged(reader, row, row["event_timestamp"] + later) for row in flights.head(rows).to_dicts()]

    return serve


def _logged(reader: OnlineReader, flight: dict[str, Any], moment: datetime) -> dict[str, Any]:
    keys = {key: flight[key] for key in features.ENTITIES}
    given = reader.read([keys], moment)[0]
    return {
        "prediction_id": f"{flight['flight_id']} {moment}", "time": moment, "release": "a" * 64, "api_version": "v1",
        "entities": json.dumps(keys), "features": json.dumps(given), "score": 0.5, "fallback": False,
        "label_key": flight["flight_id"], "logged_at": datetime.now(UTC), "replayed": True, "shadow": False,
    }  # fmt: skip


@pytest.fixture
def log(built: PlatformRefs, product: Product, tmp_path: Path) -> Callable[[list[dict[str, Any]]], Product]:
    """A function that logs predictions for a product of this test's own, and returns it."""

    def log(rows: list[dict[str, Any]]) -> Product:
        writer(built, tmp_path, product.package, PREDICTIONS)(rows)
        return product

    return log


def test_the_reference_product_serves_just_what_the_lake_has(
    log: Callable[[list[dict[str, Any]]], Product], served: Served, built: PlatformRefs
) -> None:
    rows = served(timedelta(0), 200)
    (found,) = compare(built, log(rows), rows[0]["time"], rows[-1]["time"])
    assert (found["rows"], found["differing"], found["features"]) == (200, 0, {})


def test_a_feature_in_another_unit_differs_and_an_absent_store_does_not(
    log: Callable[[list[dict[str, Any]]], Product], served: Served, built: PlatformRefs
) -> None:
    bad, away = served(timedelta(days=90), 2)
    given = json.loads(bad["features"])
    bad["features"] = json.dumps(given | {"temp": (given["temp"] - 32) * 5 / 9})
    away["features"] = json.dumps(dict.fromkeys(given))
    (found,) = compare(built, log([bad, away]), bad["time"], away["time"])
    assert (found["rows"], found["unanswered"], found["features"]) == (1, 1, {"temp": 1})


def test_a_store_that_was_empty_does_not_accuse_the_model(
    log: Callable[[list[dict[str, Any]]], Product], served: Served, built: PlatformRefs
) -> None:
    (row,) = served(timedelta(days=150), 1)
    (kept, *lost) = [name for name, value in json.loads(row["features"]).items() if value is not None]
    row["features"] = json.dumps(json.loads(row["features"]) | dict.fromkeys(lost))
    (found,) = compare(built, log([row]), row["time"], row["time"])
    assert kept
    assert (found["rows"], found["differing"], found["unanswered"]) == (0, 0, 1)


def test_the_skew_of_a_canary_is_its_own_however_little_it_answers(
    log: Callable[[list[dict[str, Any]]], Product], served: Served, built: PlatformRefs
) -> None:
    live, canary = served(timedelta(days=120), 60), served(timedelta(days=120), 3)
    for row in canary:
        given = json.loads(row["features"])
        row |= {"release": "b" * 64, "features": json.dumps(given | {"temp": (given["temp"] - 32) * 5 / 9})}
    found = compare(built, log([*live, *canary]), live[0]["time"], live[-1]["time"], rows=20)
    assert [(each["release"], each["rows"], each["differing"]) for each in found] == [
        ("a" * 12, 10, 0),
        ("b" * 12, 3, 3),
    ]


def test_the_evaluation_asks_in_a_process_of_its_own(
    log: Callable[[list[dict[str, Any]]], Product], served: Served, built: PlatformRefs
) -> None:
    rows = served(timedelta(days=180), 30)
    (found,) = skew(built, log(rows).name, rows[-1]["time"])
    assert (found.api_version, found.release, found.rows, found.differing) == ("v1", "a" * 12, 30, 0)
