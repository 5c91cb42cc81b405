from collections.abc import Callable

import yaml

from infra.plans.monitoring.local import plan_monitoring
from infra.plans.names import service_ports
from infra.plans.routing.served import scrape_targets, served, upstreams
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product
from sixfold.stack import Pin, Traffic

A, B = "a" * 64, "b" * 64
PORTS = service_ports(4600)


def test_each_pinned_release_is_an_upstream_at_a_port_of_its_own() -> None:
    pins = {"flight-delays": {"v1": Traffic(releases=(Pin(release=A, weight=90), Pin(release=B, weight=10)))}}
    first, second = upstreams(pins, 4600)["flight-delays"]["v1"]
    assert (first.release, first.weight, second.weight) == (A, 90, 10)
    assert first.address != second.address


def test_an_api_version_without_a_release_is_served_by_nobody_and_still_has_a_url(
    product: Product, plan: Callable[..., tuple[VersionTraffic, ...]]
) -> None:
    (found,) = served(plan(product), "http://edge")
    (version,) = found.api_versions
    assert (version.url, version.releases) == ("http://edge/flight-delays/v1", ())


def test_every_release_is_scraped_under_its_product_version_and_short_digest(live: tuple[VersionTraffic, ...]) -> None:
    (serving,) = [target for target in scrape_targets(live, PORTS) if target.job == "serving"]
    assert serving.labels == {"product": "flight-delays", "api_version": "v1", "release": "abcdef123456"}


def test_the_monitors_watch_themselves_and_tell_the_inbox(product: Product, live: tuple[VersionTraffic, ...]) -> None:
    plan = plan_monitoring(stack="local", products={product.name: product}, traffic=live, ports=PORTS)
    jobs = {job["job_name"] for job in yaml.safe_load(plan.prometheus["prometheus.yml"])["scrape_configs"]}
    assert jobs == {"serving", "edge", "router", "prometheus", "alertmanager", "exporter", "evaluation"}
    assert f":{PORTS['inbox']}" in plan.alertmanager["alertmanager.yml"]
