"""The configuration files of the local monitors, derived from the products and their traffic."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from infra.plans import names
from infra.plans.monitoring.alertmanager import alertmanager_config
from infra.plans.monitoring.prometheus import Target, prometheus_config
from infra.plans.monitoring.rules import prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product, Strict
from sixfold.release import SHORT

RULES = "rules.yml"
MONITORS = ("prometheus", "alertmanager", "exporter", "evaluation")


class MonitoringPlan(Strict):
    """The monitors' files."""

    prometheus: dict[str, str]
    alertmanager: dict[str, str]


def plan_monitoring(
    *, stack: str, products: Mapping[str, Product], traffic: tuple[VersionTraffic, ...], ports: Mapping[str, int]
) -> MonitoringPlan:
    """Return the configuration of Prometheus and Alertmanager, and the rules."""
    monitors = [Target(job=job, address=names.socket(ports[job])) for job in MONITORS]
    scraping = prometheus_config(
        stack=stack,
        targets=[*scrape_targets(traffic, ports), *monitors],
        rule_file=RULES,
        alertmanager=names.socket(ports["alertmanager"]),
    )
    routing = alertmanager_config(products=products, webhook_url=names.address(ports["inbox"]))
    return MonitoringPlan(
        prometheus={
            "prometheus.yml": _yaml(scraping),
            RULES: _yaml(prometheus_rules(products=products, traffic=traffic)),
        },
        alertmanager={"alertmanager.yml": _yaml(routing)},
    )


def scrape_targets(traffic: Sequence[VersionTraffic], ports: Mapping[str, int]) -> list[Target]:
    """Return every process that serves, and the edge before them."""
    return [
        Target(job="edge", address=names.socket(ports["edge-metrics"])),
        Target(job="router", address=names.socket(ports["router-metrics"])),
        *(
            Target(
                job="serving",
                address=upstream.address,
                labels={
                    "product": version.product,
                    "api_version": version.version,
                    "release": upstream.release[:SHORT],
                },
            )
            for version in traffic
            for upstream in version.upstreams
        ),
    ]


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False)
