"""Prometheus rules, derived from the product contracts.

Every alert carries a severity ("page": somebody acts now; "ticket": this week), the team that owns it, and a runbook
of its own name in docs/runbooks/. A product without a release alerts nobody.
"""

from collections.abc import Collection, Mapping
from typing import Any

from infra.plans.monitoring import slo
from infra.plans.monitoring.consumer_rules import consumer_rules
from infra.plans.monitoring.label_loop_rules import label_loop_rules
from infra.plans.monitoring.platform_rules import always_fires, platform_rules
from infra.plans.monitoring.report_rules import report_rules
from infra.plans.monitoring.rule import Rule, alert, labelled
from infra.plans.monitoring.service_rules import service_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product

PLATFORM_TEAM = "platform"
"""The team that is notified when a part that all products share is down."""


def prometheus_rules(
    *,
    products: Mapping[str, Product],
    traffic: tuple[VersionTraffic, ...],
    parts: Collection[str] = (),
    runbooks: str = "docs/runbooks",
    watchdog: bool = False,
) -> dict[str, Any]:
    """Return the content of a Prometheus rule file.

    Args:
        products: contracts by product name.
        traffic: the traffic plan; API versions that no release serves get no alerts.
        parts: scrape jobs of the platform that may lose all of their targets, as pods do; then nothing of them is down.
        runbooks: the folder or base URL of the runbooks.
        watchdog: add the alert that always fires: its silence says that alerts reach nobody.

    """
    platform = [*platform_rules(), *([always_fires()] if watchdog else [])]
    gone = [_platform_gone(part, runbooks) for part in parts]
    own = [labelled(rule, PLATFORM_TEAM, None, runbooks) for rule in platform]
    groups = [_group("platform", [_platform_down(runbooks), *gone, *own])]
    for name in sorted({version.product for version in traffic if version.served}):
        served = tuple(version.version for version in traffic if version.product == name and version.served)
        groups += _product(products[name], served, runbooks)
    return {"groups": groups}


def alerts(rules: dict[str, Any]) -> list[Rule]:
    """Return every alert of a rule file."""
    return [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]


def _product(product: Product, versions: tuple[str, ...], runbooks: str) -> list[dict[str, Any]]:
    raised = [
        *slo.slo_rules(product),
        *service_rules(product, versions),
        *label_loop_rules(product, versions),
        *report_rules(product),
        *consumer_rules(product),
    ]
    return [
        _group(f"{product.name}-slo", slo.recorded_shares(product))
        | {"interval": "15s"},  # windows of days need no more
        _group(f"{product.name}-alerts", [labelled(rule, product.owner, product.name, runbooks) for rule in raised]),
    ]


def _platform_down(runbooks: str) -> Rule:
    rule = alert(
        "PlatformTargetDown",
        'up{product=""} == 0',
        "page",
        "{{ $labels.job }} does not answer",
        "Prometheus has not reached {{ $labels.job }} at {{ $labels.instance }} for a minute.",
        wait="1m",
    )
    return labelled(rule, PLATFORM_TEAM, None, runbooks)


def _platform_gone(part: str, runbooks: str) -> Rule:
    rule = alert(
        "PlatformTargetDown",
        f'absent(up{{job="{part}"}})',
        "page",
        f"There is no {part}",
        f"Prometheus has found nothing to reach of {part} for five minutes.",
        wait="5m",
        job=part,
    )
    return labelled(rule, PLATFORM_TEAM, None, runbooks)


def _group(name: str, rules: list[Rule]) -> dict[str, Any]:
    return {"name": name, "rules": rules}
