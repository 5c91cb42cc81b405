"""Alertmanager's configuration: who is told of what. Keys: https://prometheus.io/docs/alerting/latest/configuration/."""

from collections.abc import Mapping
from typing import Any

from infra.plans.rules import PLATFORM_TEAM
from sixfold.contract import Product

_PACE = {
    "page": {"group_wait": "5s", "group_interval": "1m", "repeat_interval": "1h"},
    "ticket": {"group_wait": "30s", "group_interval": "5m", "repeat_interval": "24h"},
}


def alertmanager_config(*, products: Mapping[str, Product], webhook_url: str) -> dict[str, Any]:
    """Return the configuration: a receiver `<team>-<severity>` for each team, which the webhook finds in each message.

    Args:
        products: contracts by product name; their owners are the teams.
        webhook_url: where alerts are posted (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config).

    """
    teams = sorted({PLATFORM_TEAM} | {product.owner for product in products.values()})
    receivers = [f"{team}-{severity}" for team in teams for severity in _PACE]
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
        "receivers": [
            {"name": name, "webhook_configs": [{"url": webhook_url, "send_resolved": True}]} for name in receivers
        ],
        "inhibit_rules": [
            # Who was woken for it needs no ticket on the same.
            {
                "source_matchers": ['severity="page"'],
                "target_matchers": ['severity="ticket"'],
                "equal": ["alertname", "product", "api_version"],
            }
        ],
    }
