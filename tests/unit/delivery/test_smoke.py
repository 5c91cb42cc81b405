"""Smoke predictions: which features may be missing, and for how long."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import polars as pl
import pytest

from delivery import smoke as module
from delivery.passes import Passes
from delivery.smoke import smoke, unknown_to_lake
from models import steps
from models.lake import Lake
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.outputs import ServedVersion
from sixfold.product import load_code
from sixfold.versions import Status
from tests.unit.delivery._stacks import PLATFORM, outputs_of

V1 = ServedVersion(version="v1", url="http://edge/v1", status=Status.CURRENT, releases=())
OUTPUTS = outputs_of(PLATFORM, ("flight-delays", (V1,)))


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.fixture
def looks() -> list[int]:
    """An entry for each time that the lake was looked into."""
    return []


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch, looks: list[int]) -> Callable[..., None]:
    """A function that lets the service answer once with each of these headers, and with the last from then on."""

    def answer(*missing: str, not_in_lake: tuple[str, ...] = ()) -> None:
        left = list(missing)

        def post(*_: object, **__: object) -> httpx.Response:
            names = left.pop(0) if len(left) > 1 else left[0]
            return httpx.Response(200, json={"release": "abc"}, headers={"X-Missing-Features": names} if names else {})

        monkeypatch.setattr(httpx, "post", post)
        monkeypatch.setattr(Passes, "of", lambda *_: Passes(b"k" * 32))
        monkeypatch.setattr(module, "_AGAIN_S", 0)
        monkeypatch.setattr(module, "unknown_to_lake", lambda *_: looks.append(1) or not_in_lake)
        done: dict[str, steps.Done] = {"features": steps.Done("", {"curated.features_x": "s3://lake/1"})}
        monkeypatch.setattr(steps, "recorded", lambda _platform, _package, step: done.get(step))
        monkeypatch.setattr(steps, "versions", lambda *_: {"curated.features_x": "s3://lake/1"})
        record = lambda _platform, _package, step, key, _tables: done.update({step: steps.Done(key, steps.versions())})  # noqa: E731
        monkeypatch.setattr(steps, "record", record)

    return answer


def test_a_prediction_without_features_that_the_lake_has_fails_and_names_them(
    product: Product, answers: Callable[..., None]
) -> None:
    answers("temp, wind_speed", not_in_lake=("temp",))
    with pytest.raises(SixfoldError, match=r"(?s)which the lake has: wind_speed\n.*sixfold data load flight-delays"):
        smoke(OUTPUTS, product, "v1", within_s=0)


def test_a_feature_that_the_lake_has_no_value_for_may_be_missing(
    product: Product, answers: Callable[..., None]
) -> None:
    answers("temp", not_in_lake=("temp",))
    assert smoke(OUTPUTS, product, "v1", within_s=0).missing == ("temp",)


def test_the_lake_is_looked_into_once_while_its_tables_stay(
    product: Product, answers: Callable[..., None], looks: list[int]
) -> None:
    answers("temp", not_in_lake=("temp",))
    for _ in range(3):
        smoke(OUTPUTS, product, "v1", within_s=0)
    assert len(looks) == 1


def test_other_features_that_are_missing_are_looked_for_again(
    product: Product, answers: Callable[..., None], looks: list[int]
) -> None:
    answers("temp", "temp, humid", not_in_lake=("temp", "humid"))
    for _ in range(2):
        smoke(OUTPUTS, product, "v1", within_s=0)
    assert len(looks) == 2


def test_the_request_is_repeated_until_the_release_asks_its_store_again(
    product: Product, answers: Callable[..., None]
) -> None:
    answers("temp", "temp", "")
    assert smoke(OUTPUTS, product, "v1").missing == ()


def test_the_lake_knows_what_the_newest_row_of_the_examples_entities_has(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = {view.batch_source.name: view for view in load_code(product).features.VIEWS}
    entities = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}

    def read(_: Lake, name: str, _where: str) -> pl.DataFrame:
        """Give each feature a value, then none, in the rows of the example; and a value in a later row of others."""
        view, values = views[name], [1.0, 2.0 if name == "curated.features_origin_weather" else float("nan"), 3.0]
        keys: dict[str, Any] = {key: [entities[key]] * 2 + ["other"] for key in view.join_keys}
        return pl.DataFrame({**keys, "event_timestamp": [1, 2, 3], **{each.name: values for each in view.features}})

    monkeypatch.setattr(Lake, "__init__", lambda *_: None)
    monkeypatch.setattr(Lake, "read", read)
    monkeypatch.setattr("products.flight_delays.service.entities", lambda _: entities)
    every = {field.name for view in views.values() for field in view.features}
    unknown = set(unknown_to_lake(PLATFORM, product, every))
    assert every - unknown == {field.name for field in views["curated.features_origin_weather"].features}
