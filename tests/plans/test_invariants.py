"""What holds for every set of products: hypothesis makes 1 to 20 of them, each with up to 5 releases a version."""

import json
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.plans.alertmanager import alertmanager_config
from infra.plans.dashboards import product_dashboard
from infra.plans.edge import router_config
from infra.plans.portal import portal_page
from infra.plans.rules import alerts, prometheus_rules
from infra.plans.traffic import Upstream, VersionTraffic, plan_traffic
from sixfold.contract import Product, Status
from sixfold.environment import Endpoints

TODAY = date(2026, 11, 23)
Estate = tuple[dict[str, Product], tuple[VersionTraffic, ...]]

slugs = st.from_regex(r"[a-z][a-z0-9]{0,9}(-[a-z0-9]{1,9}){0,2}", fullmatch=True)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=40)
shares = st.floats(0.001, 0.9999)
days = st.integers(-400, 400).map(lambda offset: TODAY + timedelta(days=offset))
versions = st.dictionaries(
    st.integers(1, 12).map(lambda number: f"v{number}"),
    st.fixed_dictionaries({"since": days, "deprecated": st.none() | days, "sunset": st.none() | days}),
    min_size=1,
    max_size=3,
)
metrics = st.fixed_dictionaries(
    {
        "name": slugs,
        "direction": st.sampled_from(["higher", "lower"]),
        "min_labels": st.integers(1, 9999),
        **dict.fromkeys(("baseline_margin", "release_margin", "live_threshold", "min_coverage"), st.floats(0, 1)),
        **dict.fromkeys(("window_hours", "label_delay_hours"), st.floats(0.1, 999)),
    }
)
contracts = st.fixed_dictionaries(
    {
        "title": texts,
        "description": texts,
        "owner": slugs,
        "on_call": texts,
        "consumers": st.lists(st.fixed_dictionaries({"name": slugs, "purpose": texts}), min_size=1, max_size=3),
        "metric": metrics,
        "slo": st.fixed_dictionaries(
            {"availability": shares, "latency_quantile": shares, "latency_ms": st.floats(0.1, 60_000)}
        ),
        "limits": st.fixed_dictionaries(
            {"feature_freshness_hours": st.floats(0.01, 9999), "quarantine_rate": st.floats(0, 1)}
        ),
        "api_versions": versions,
        "example": st.dictionaries(texts, texts | st.floats(allow_nan=False) | st.none(), max_size=3),
    }
)


@st.composite
def weights(draw: st.DrawFn) -> list[int]:
    """Draw 1 to 5 whole weights that add up to 100."""
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=4)))
    return [end - start for start, end in zip([0, *cuts], [*cuts, 100], strict=True)]


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Draw products, some of whose versions have releases, and their traffic plan."""
    drawn = draw(st.dictionaries(slugs, contracts, min_size=1, max_size=20))
    products = {name: Product.model_validate({**contract, "name": name}) for name, contract in drawn.items()}
    ports = iter(range(8000, 9000))
    upstreams = {
        name: {
            version: tuple(
                Upstream(release=f"{(port := next(ports)):064x}", address=f"127.0.0.1:{port}", weight=weight)
                for weight in draw(st.just([]) | weights())
            )
            for version in product.api_versions
        }
        for name, product in products.items()
    }
    return products, plan_traffic(products=products, upstreams=upstreams, today=TODAY)


many = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def router(traffic: tuple[VersionTraffic, ...]) -> list[dict[str, Any]]:
    config = router_config(traffic=traffic, portal_html="<p>", port=8000, admin_port=8001)
    routes: list[dict[str, Any]] = config["apps"]["http"]["servers"]["http"]["routes"]
    return routes


@many
@given(estates())
def test_weights_of_what_is_served_add_up_to_100(estate: Estate) -> None:
    _, traffic = estate
    assert {sum(upstream.weight for upstream in version.upstreams) for version in traffic} <= {0, 100}


@many
@given(estates())
def test_no_two_routes_clash_and_no_address_serves_two_versions(estate: Estate) -> None:
    _, traffic = estate
    paths = [path for route in router(traffic) for match in route.get("match", []) for path in match["path"]]
    prefixes = [path.removesuffix("/*") + "/" for path in paths if path.endswith("/*")]
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
    assert all(name == names[0] for name in names)


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
    config = alertmanager_config(products=products, webhook_url="http://127.0.0.1:1/")
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
    endpoints = Endpoints(prometheus=None, alertmanager=None, aws=None, portal="http://127.0.0.1:8000")
    assert portal_page(products=products, traffic=traffic, endpoints=endpoints).count("<section") == len(products)


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
            assert successor.status is Status.LIVE
            assert int(successor.version[1:]) > int(version.version[1:])
