from collections.abc import Callable
from datetime import date

import pytest

from infra.plans.routing.traffic import VersionTraffic, local_addresses, plan_traffic, served
from sixfold.contract import Product, Status
from sixfold.errors import SixfoldError
from sixfold.stack import Pin, Traffic

Plan = Callable[..., tuple[VersionTraffic, ...]]
A, B = "a" * 64, "b" * 64
LIFE = {
    "v1": {"since": date(2024, 1, 1), "deprecated": date(2025, 1, 1), "sunset": date(2026, 1, 1)},
    "v2": {"since": date(2025, 1, 1), "deprecated": date(2026, 6, 1), "sunset": date(2027, 1, 1)},
    "v10": {"since": date(2026, 6, 1)},
}


def test_a_release_for_an_undeclared_version_is_refused_with_those_that_exist(product: Product, plan: Plan) -> None:
    with pytest.raises(SixfoldError, match=r"flight-delays/v9.*\n.*flight-delays/v1"):
        plan(product, v9=[("a", "127.0.0.1:1", 100)])


def test_each_declared_version_is_planned_in_order_of_its_number(
    make_product: Callable[..., Product], plan: Plan
) -> None:
    planned = plan(make_product(api_versions=LIFE), v10=[("a", "127.0.0.1:1", 100)])
    assert [(version.version, version.status) for version in planned] == [
        ("v1", Status.RETIRED),
        ("v2", Status.DEPRECATED),
        ("v10", Status.LIVE),
    ]


def test_the_successor_is_the_newest_live_version(make_product: Callable[..., Product], plan: Plan) -> None:
    assert [version.successor for version in plan(make_product(api_versions=LIFE))] == ["v10", "v10", None]


def test_only_a_version_that_is_not_retired_and_has_a_release_is_served(
    make_product: Callable[..., Product], plan: Plan
) -> None:
    given = [("a", "127.0.0.1:1", 100)]
    assert [version.served for version in plan(make_product(api_versions=LIFE), v1=given, v2=given)] == [
        False,
        True,
        False,
    ]


def test_each_pinned_release_is_an_upstream_at_a_port_of_its_own(product: Product) -> None:
    pins = {product.name: {"v1": Traffic(releases=(Pin(release=A, weight=90), Pin(release=B, weight=10)))}}
    address = local_addresses(pins, 4600)
    (version,) = plan_traffic(products={product.name: product}, pins=pins, address=address, today=date(2026, 11, 23))
    first, second = version.upstreams
    assert (first.release, first.weight, second.weight) == (A, 90, 10)
    assert first.address != second.address


def test_an_api_version_without_a_release_is_served_by_nobody_and_still_has_a_url(product: Product, plan: Plan) -> None:
    (found,) = served(plan(product), "http://edge")
    (version,) = found.api_versions
    assert (version.url, version.releases) == ("http://edge/flight-delays/v1", ())
