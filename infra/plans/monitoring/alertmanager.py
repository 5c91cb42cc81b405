"""Alertmanager's configuration: the receivers of alerts. Keys: https://prometheus.io/docs/alerting/latest/configuration/."""

from collections.abc import Mapping
from typing import Any

from infra.plans.monitoring.platform_rules import WATCHDOG
from infra.plans.monitoring.rules import PLATFORM_TEAM
from sixfold.contract import Product

_PACE = {
    "page": {"group_wait": "5s", "group_interval": "1m", "repeat_interval": "1h"},
    "ticket": {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "24h"},
}
_OFTEN = {"group_wait": "0s", "group_interval": "15s", "repeat_interval": "15s"}
"""The pace of the alert that always fires."""


def teams_of(products: Mapping[str, Product]) -> tuple[str, ...]:
    """Return the teams that are notified: the owners of products, and the platform team."""
    return tuple(sorted({PLATFORM_TEAM} | {product.owner for product in products.values()}))


def alertmanager_config(
    *, products: Mapping[str, Product], webhook_url: str, login: Mapping[str, str]
) -> dict[str, Any]:
    """Return the configuration: a receiver `<team>-<severity>` for each team, which the webhook finds in each message.

    Args:
        products: contracts by product name; their owners are the teams.
        webhook_url: where alerts are posted (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).
        login: username and password, which the webhook asks for.

    """
    hook = {"url": webhook_url, "send_resolved": True, "http_config": {"basic_auth": dict(login)}}
    webhook = {"webhook_configs": [hook]}
    document = _routed(dict.fromkeys(teams_of(products), webhook))
    document["route"]["routes"].insert(0, {"receiver": WATCHDOG, "matchers": [f'alertname="{WATCHDOG}"'], **_OFTEN})
    document["receivers"].append({"name": WATCHDOG, "webhook_configs": [hook | {"send_resolved": False}]})
    return document


def sns_config(*, topic_arns: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return the configuration that notifies each team through its topic, with the rights of Alertmanager's role."""
    return _routed(
        {
            team: {"sns_configs": [{"topic_arn": arn, "sigv4": {"region": region}, "send_resolved": True}]}
            for team, arn in topic_arns.items()
        }
    )


def _routed(told: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    teams = sorted(told)
    return {
        "route": {
            "receiver": f"{PLATFORM_TEAM}-ticket",  # what matches no route must not be lost
            "group_by": ["alertname", "product"],
            "routes": [
                {
                    "receiver": f"{team}-{severity}",
                    "matchers": [f'team="{team}"', f'severity="{severity}"'],
                    **pace,
                }
                for team in teams
                for severity, pace in _PACE.items()
            ],
        },
        "receivers": [{"name": f"{team}-{severity}", **told[team]} for team in teams for severity in _PACE],
        "inhibit_rules": [
            # Who was woken for it needs no ticket on the same.
            {
                "source_matchers": ['severity="page"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["alertname", "product", "api_version"],
            }
        ],
    }
