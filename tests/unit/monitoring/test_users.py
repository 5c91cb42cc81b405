"""What is said of the users of a product: who they are, what does not fit, and whom a change would hurt."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitoring.usage import Use
from monitoring.users import Asked, User, hurt, misfits, users
from sixfold.contract import Product, load_product
from sixfold.versions import ApiVersion

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
USE = Use("rebooking", "v1", "a" * 12, 10, 1, NOW - timedelta(hours=1), {"origin": 2})


@pytest.fixture
def product() -> Product:
    found = load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")
    return found.model_copy(update={"api_versions": {"v1": ApiVersion(since=date(2026, 1, 1))}})


def test_releases_of_a_version_count_together_and_a_consumer_that_never_called_is_shown(product: Product) -> None:
    later = USE._replace(release="b" * 12, rows=5, last=NOW, entities={"origin": 3})
    found = users(product, [USE, later], {("rebooking", "v1"): Asked(7, 1, 0.02)})
    assert found == [
        User("rebooking", "v1", 15, 2, NOW, {"origin": 3}, Asked(7, 1, 0.02)),
        User("gate-planning", "", 0, 0, None, {}, None),
    ]


def _only(product: Product, use: Use = USE, asked: Any = Asked()) -> list[str]:  # noqa: B008 - it never changes
    found = users(product, [use, USE._replace(consumer="gate-planning")], {(use.consumer, "v1"): asked})
    return list(misfits(product, found, NOW, 30))


def test_use_that_fits_the_contract_is_no_misfit(product: Product) -> None:
    assert _only(product, asked=Asked(requests=50_000 * 30 * 10)) == []


def test_use_that_does_not_fit_is_named(product: Product) -> None:
    assert _only(product, asked=Asked(requests=50_000 * 30 * 10 + 30)) == [
        "rebooking: 500,001 requests a day; its profile says 50000"
    ]
    assert _only(product, USE._replace(last=NOW - timedelta(days=31))) == [
        "rebooking: no call since 2026-10-30; ask rebooking@example.com whether it still needs flight-delays"
    ]
    assert _only(product, USE._replace(consumer="unknown"))[0].startswith("unknown: the contract has no such consumer")


def test_a_consumer_of_a_version_on_its_way_out_is_named(product: Product) -> None:
    ending = ApiVersion(since=date(2026, 1, 1), deprecated=date(2026, 11, 1), sunset=date(2027, 3, 1))
    assert _only(product.model_copy(update={"api_versions": {"v1": ending}})) == [
        f"{name}: it calls v1, which ends on 2027-03-01" for name in ("gate-planning", "rebooking")
    ]


def test_a_change_hurts_whoever_called_by_what_it_needs(product: Product) -> None:
    assert list(hurt(product, users(product, [USE], None))) == [
        "v1: rebooking needs late, late_probability, last call 2026-11-30 11:00 UTC; tell rebooking@example.com"
    ]
