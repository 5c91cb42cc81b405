"""Shared by the tests of the plans: a product, its traffic, and the tools that check rendered files."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from infra.plans.routing.traffic import VersionTraffic, plan_traffic
from sixfold.contract import Product
from sixfold.stack import Pin, Traffic

TODAY = date(2026, 11, 23)
CONTRACT = {
    "name": "flight-delays",
    "title": "Flight delays",
    "task": "binary",
    "description": "Will it be late?",
    "owner": "arrivals",
    "on_call": "on-call@example.com",
    "consumers": [{"name": "rebooking", "purpose": "offers a later connection", "requests_per_day": 50_000}],
    "metric": {
        "name": "roc_auc",
        "direction": "higher",
        "baseline_margin": 0.03,
        "release_margin": 0.005,
        "live_threshold": 0.62,
        "window_hours": 168,
        "min_labels": 500,
        "min_coverage": 0.6,
        "label_delay_hours": 12,
    },
    "slo": {"availability": 0.995, "latency_ms": 250},
    "limits": {"feature_freshness_hours": 48, "quarantine_rate": 0.02},
    "example": {"origin": "JFK", "remark": "it's <late>"},
    "api_versions": {"v1": {"since": date(2026, 11, 1)}},
}


@pytest.fixture
def make_product() -> Callable[..., Product]:
    """A function that gives the product with some keys of its contract changed."""
    return lambda **changes: Product.model_validate({**CONTRACT, **changes})


@pytest.fixture
def product(make_product: Callable[..., Product]) -> Product:
    return make_product()


@pytest.fixture
def plan() -> Callable[..., tuple[VersionTraffic, ...]]:
    """A function that plans the traffic of one product: `plan(product, v1=[("release", "host:port", weight)])`."""

    def plan(product: Product, **served: list[tuple[str, str, int]]) -> tuple[VersionTraffic, ...]:
        pins = {
            version: Traffic.model_construct(
                releases=tuple(Pin.model_construct(release=release, weight=weight) for release, _, weight in releases)
            )  # unchecked, so that a release may be called "a"
            for version, releases in served.items()
        }
        addresses = {release: address for releases in served.values() for release, address, _ in releases}
        return plan_traffic(
            products={product.name: product},
            pins={product.name: pins},
            address=lambda _product, _version, release: addresses[release],
            today=TODAY,
        )

    return plan


@pytest.fixture
def live(product: Product, plan: Callable[..., tuple[VersionTraffic, ...]]) -> tuple[VersionTraffic, ...]:
    """The product's traffic with one release."""
    return plan(product, v1=[("abcdef123456", "127.0.0.1:8020", 100)])


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """A function that finds a program in the environment or on PATH, and fails the test where it is not."""

    def find(name: str) -> str:
        beside = Path(sys.prefix, "bin", name)
        found = str(beside) if beside.exists() else which(name)
        return found or pytest.fail(f"{name} is not here; `make up` puts it into the environment")

    return find


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Any], str]:
    """A function that writes a document as JSON (which is YAML too) and returns its path."""

    def write(name: str, document: Any) -> str:
        path = tmp_path / name
        path.write_text(json.dumps(document))
        return str(path)

    return write
