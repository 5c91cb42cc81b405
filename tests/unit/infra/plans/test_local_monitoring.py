import yaml

from infra.plans.monitoring.local import plan_monitoring, scrape_targets
from infra.plans.names import service_ports
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product

PORTS = service_ports(4600)


def test_every_release_is_scraped_under_its_product_version_and_short_digest(live: tuple[VersionTraffic, ...]) -> None:
    (serving,) = [target for target in scrape_targets(live, PORTS) if target.job == "serving"]
    assert serving.labels == {"product": "flight-delays", "api_version": "v1", "release": "abcdef123456"}


def test_the_monitors_watch_themselves_and_tell_the_inbox(product: Product, live: tuple[VersionTraffic, ...]) -> None:
    plan = plan_monitoring(stack="local", products={product.name: product}, traffic=live, ports=PORTS, password="p")
    jobs = {job["job_name"] for job in yaml.safe_load(plan.prometheus["prometheus.yml"])["scrape_configs"]}
    own = {"prometheus", "alertmanager", "inbox", "exporter", "evaluation", "portal"}
    assert jobs == {"serving", "edge", "router"} | own
    assert f":{PORTS['inbox']}" in plan.alertmanager["alertmanager.yml"]
