"""Alerts on consumers whose use is not what their profile in the contract says: ten times as much, or none."""

from collections.abc import Iterator

from infra.plans.monitoring.rule import Rule, alert, unwatched
from sixfold.contract import Product
from sixfold.metric_names import CONSUMER_IDLE, LIVE_PREDICTIONS, REQUESTS
from sixfold.use import BEYOND, SILENT_DAYS


def consumer_rules(product: Product) -> list[Rule]:
    """Return the alerts on the use of a product by the consumers of its contract."""
    own = f'{{product="{product.name}"}}'
    idle = f"{CONSUMER_IDLE}{own}"
    silent = alert(
        "ConsumerSilent",
        f"{idle} > {SILENT_DAYS * 86400}",
        "ticket",
        f"{{{{ $labels.consumer }}}} does not use {product.name}",
        "It has asked for nothing for {{ $value | humanizeDuration }}, though the contract names it.",
    )
    missing = unwatched(product.name, f"max by (product) ({LIVE_PREDICTIONS}{own}) unless on (product) {idle}", idle)
    return [silent, missing, *_loads(product)]


def _loads(product: Product) -> Iterator[Rule]:
    for consumer in product.consumers:
        if consumer.requests_per_day is None:
            continue
        made = f'{REQUESTS}{{product="{product.name}",consumer="{consumer.name}"}}'
        yield alert(
            "ConsumerLoadHigh",
            f"sum by (product, consumer) (increase({made}[1d])) > {BEYOND * consumer.requests_per_day:.15g}",
            "ticket",
            f"{consumer.name} asks {product.name} for much more than it said",
            f"{{{{ $value | humanize }}}} requests in a day; its profile says {consumer.requests_per_day:g}.",
            consumer=consumer.name,  # promtool refuses two rules of the same name and labels
        )
