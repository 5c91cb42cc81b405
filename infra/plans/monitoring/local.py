"""The configuration files of the local monitors, derived from the products and their traffic."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import bcrypt
import yaml

from infra.plans import names
from infra.plans.monitoring.alertmanager import alertmanager_config
from infra.plans.monitoring.prometheus import RELEASES, Target, prometheus_config
from infra.plans.monitoring.rules import prometheus_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product
from sixfold.declared import Strict
from sixfold.release import SHORT

RULES, WEB = "rules.yml", "web.yml"
MONITORS = ("prometheus", "alertmanager", "exporter", "evaluation", "inbox", "portal")
_WITH_LOGIN = ("prometheus", "alertmanager", "inbox", "portal")


class MonitoringPlan(Strict):
    """The monitors' files."""

    prometheus: dict[str, str]
    alertmanager: dict[str, str]


def plan_monitoring(
    *,
    stack: str,
    products: Mapping[str, Product],
    traffic: tuple[VersionTraffic, ...],
    ports: Mapping[str, int],
    password: str,
) -> MonitoringPlan:
    """Return the configuration of Prometheus and Alertmanager, and the rules.

    Both, the inbox and the portal ask for the login of `names.MONITOR_USER` with `password`: every user of the
    machine reaches their ports, and so do the web pages in a browser.
    """
    login = {"username": names.MONITOR_USER, "password": password}
    monitors = [
        Target(job=job, address=names.socket(ports[job]), login=login if job in _WITH_LOGIN else None)
        for job in MONITORS
    ]
    web = _yaml({"basic_auth_users": {names.MONITOR_USER: _hashed(password)}})
    scraping = prometheus_config(
        stack=stack,
        targets=[*scrape_targets(traffic, ports), *monitors],
        rule_file=RULES,
        alertmanager={
            "static_configs": [{"targets": [names.socket(ports["alertmanager"])]}],
            "basic_auth": login,
        },
    )
    routing = alertmanager_config(products=products, webhook_url=names.address(ports["inbox"]), login=login)
    return MonitoringPlan(
        prometheus={
            "prometheus.yml": _yaml(scraping),
            RULES: _yaml(prometheus_rules(products=products, traffic=traffic, watchdog=True)),
            WEB: web,
        },
        alertmanager={"alertmanager.yml": _yaml(routing), WEB: web},
    )


def scrape_targets(traffic: Sequence[VersionTraffic], ports: Mapping[str, int]) -> list[Target]:
    """Return every process that serves, and the edge before them."""
    return [
        Target(job="edge", address=names.socket(ports["edge-metrics"])),
        Target(job="router", address=names.socket(ports["router-metrics"])),
        *(
            Target(
                job=RELEASES,
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


def _hashed(password: str) -> str:
    """Return the bcrypt hash for a web configuration (https://prometheus.io/docs/prometheus/latest/configuration/https/).

    Its salt follows from the password, so that the file stays the same. The cost is the lowest: the password is random.
    """
    salt = b64encode(sha256(password.encode()).digest(), b"./").replace(b"=", b"")[:21] + b"."
    return bcrypt.hashpw(password.encode(), b"$2b$04$" + salt).decode()


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, sort_keys=False)
