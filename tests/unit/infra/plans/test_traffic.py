from collections.abc import Callable
from datetime import date

import pytest

from infra.plans.routing.traffic import Upstream, VersionTraffic, local_addresses, plan_traffic, served
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.stack import Pin, Traffic
from sixfold.versions import Status

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
        ("v10", Status.CURRENT),
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
    assert not found.anonymous


def test_the_output_names_products_versions_and_the_releases_with_their_weights(product: Product, plan: Plan) -> None:
    traffic = plan(product, v1=[("a", "127.0.0.1:1", 90), ("b", "127.0.0.1:2", 10)])
    other = tuple(version.model_copy(update={"product": "other"}) for version in traffic)
    first, second = served((*traffic, *other), "http://edge", anonymous=["other"])
    assert [(each.name, each.anonymous) for each in (first, second)] == [("flight-delays", False), ("other", True)]
    assert [(each.release, each.weight) for each in first.api_versions[0].releases] == [("a", 90), ("b", 10)]


@pytest.mark.parametrize(("weight", "accepted"), [(-1, False), (0, True), (100, True), (101, False)])
def test_a_weight_is_per_cent(weight: int, *, accepted: bool) -> None:
    if accepted:
        assert Upstream(release="a", address="127.0.0.1:1", weight=weight).weight == weight
    else:
        with pytest.raises(ValueError, match="weight"):
            Upstream(release="a", address="127.0.0.1:1", weight=weight)


def test_a_plan_says_when_versions_end_and_what_stays_open_is_none(
    make_product: Callable[..., Product], plan: Plan
) -> None:
    old, _, new = plan(make_product(api_versions=LIFE))
    assert (old.deprecated, old.sunset, old.path) == (date(2025, 1, 1), date(2026, 1, 1), "/flight-delays/v1")
    assert (new.deprecated, new.sunset) == (None, None)
    bare = VersionTraffic(product="a", version="v1", status=Status.CURRENT)
    assert (bare.upstreams, bare.deprecated, bare.sunset, bare.successor) == ((), None, None, None)


def test_no_version_is_its_own_successor_or_that_of_a_newer_one(
    make_product: Callable[..., Product], plan: Plan
) -> None:
    life = {name: {"since": date(2026, 1, 1)} for name in ("v1", "v2", "v3")}
    assert [version.successor for version in plan(make_product(api_versions=life))] == ["v3", "v3", None]
    ending = {name: LIFE[name] for name in ("v1", "v2")}  # nothing to move to: the newer one ends as well
    assert [version.successor for version in plan(make_product(api_versions=ending))] == [None, None]


def test_a_release_for_a_product_that_nobody_declares_is_refused_with_all_that_are_there(product: Product) -> None:
    pins = {"other": {"v1": Traffic()}}
    for products, there in (({product.name: product}, "flight-delays/v1"), ({}, "none yet")):
        with pytest.raises(SixfoldError, match=rf"other/v1.*\n.*use one of: {there}"):
            plan_traffic(products=products, pins=pins, address=lambda *_: "", today=date(2026, 11, 23))
