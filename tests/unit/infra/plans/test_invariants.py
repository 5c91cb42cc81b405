"""Invariants of every set of products."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from infra.plans.monitoring.alertmanager import alertmanager_config
from infra.plans.monitoring.dashboards import product_dashboard
from infra.plans.monitoring.rules import alerts, prometheus_rules
from infra.plans.portal.page import portal_page
from infra.plans.routing.caddy import router_config
from infra.plans.routing.traffic import VersionTraffic
from sixfold.versions import Status
from tests.unit.infra.plans._estates import Estate, estates, many


def router(traffic: tuple[VersionTraffic, ...]) -> list[dict[str, Any]]:
    config = router_config(traffic=traffic, portal_html="<p>", port=8000, metrics_port=8001)
    routes: list[dict[str, Any]] = config["apps"]["http"]["servers"]["http"]["routes"]
    return routes[1:]  # the first one refuses what comes from elsewhere


def matched(route: dict[str, Any]) -> list[str]:
    """Return the paths or patterns of a route."""
    return [path for match in route.get("match", []) for path in match.get("path") or [match["path_regexp"]["pattern"]]]


@many
@given(estates())
def test_weights_of_what_is_served_add_up_to_100(estate: Estate) -> None:
    _, traffic = estate
    assert {sum(upstream.weight for upstream in version.upstreams) for version in traffic} <= {0, 100}


@many
@given(estates())
def test_no_two_routes_clash_and_no_address_serves_two_versions(estate: Estate) -> None:
    _, traffic = estate
    paths = [path for route in router(traffic) for path in matched(route)]
    prefixes = [f"{version.path}/" for version in traffic]
    assert len(paths) == len(set(paths))
    assert not [(a, b) for a in prefixes for b in prefixes if a != b and a.startswith(b)]
    dials = [upstream.address for version in traffic for upstream in version.upstreams]
    assert len(dials) == len(set(dials))


@many
@given(estates())
def test_a_request_reaches_a_release_exactly_where_one_is_served(estate: Estate) -> None:
    _, traffic = estate
    proxied = [any(h["handler"] == "reverse_proxy" for h in route["handle"]) for route in router(traffic)[1:-1]]
    assert proxied == [version.served for version in traffic]


@many
@given(estates())
def test_just_the_products_that_are_served_have_alerts_each_for_its_owner(estate: Estate) -> None:
    products, traffic = estate
    raised = alerts(prometheus_rules(products=products, traffic=traffic))
    of = {(a["labels"]["product"], a["labels"]["team"]) for a in raised if "product" in a["labels"]}
    assert of == {(v.product, products[v.product].owner) for v in traffic if v.served}
    names = [{a["alert"] for a in raised if a["labels"].get("product") == product} for product, _ in of]
    always = [name - {"DeprecatedVersionCalled"} for name in names]  # only a version with an end can be called too late
    assert all(name == always[0] for name in always)


@many
@given(estates())
def test_no_two_alerts_share_their_name_and_labels(estate: Estate) -> None:
    products, traffic = estate
    raised = alerts(prometheus_rules(products=products, traffic=traffic))
    told = [(a["alert"], *sorted(a["labels"].items())) for a in raised]
    assert len(told) == len(set(told))


@settings(many, max_examples=5)
@given(estate=estates())
def test_promtool_accepts_the_rules(
    estate: Estate, tool: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    products, traffic = estate
    file = tmp_path_factory.mktemp("rules") / "rules.yml"
    file.write_text(json.dumps(prometheus_rules(products=products, traffic=traffic)))
    command = [tool("promtool"), "check", "rules", "--lint-fatal", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@many
@given(estates())
def test_every_alert_has_a_route_to_its_team(estate: Estate) -> None:
    products, traffic = estate
    config = alertmanager_config(products=products, webhook_url="http://127.0.0.1:1/", login={})
    receivers = {receiver["name"] for receiver in config["receivers"]}
    for alert in alerts(prometheus_rules(products=products, traffic=traffic)):
        assert f"{alert['labels']['team']}-{alert['labels']['severity']}" in receivers


@many
@given(estates())
def test_everything_rendered_survives_its_format(estate: Estate) -> None:
    products, traffic = estate
    rules = prometheus_rules(products=products, traffic=traffic)
    assert yaml.safe_load(yaml.safe_dump(rules)) == rules
    assert json.loads(json.dumps(router(traffic))) == router(traffic)
    page = portal_page(stack="local", products=products, traffic=traffic, edge="http://127.0.0.1:8000")
    assert page.count("<section") == len(products)


@many
@given(estates())
def test_dashboard_names_are_within_grafanas_limit_and_differ(estate: Estate) -> None:
    products, _ = estate
    uids = [product_dashboard(product=product)["uid"] for product in products.values()]
    assert len(uids) == len(set(uids))
    assert max(map(len, uids)) <= 40


@many
@given(estates())
def test_a_successor_is_live_and_newer(estate: Estate) -> None:
    _, traffic = estate
    found = {(version.product, version.version): version for version in traffic}
    for version in traffic:
        if version.successor:
            successor = found[version.product, version.successor]
            assert successor.status is Status.CURRENT
            assert int(successor.version[1:]) > int(version.version[1:])
