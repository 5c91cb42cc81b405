"""Alerts on clusters of reports: consumers that did not expect what they got, long before any label says so."""

from infra.plans.monitoring.rule import Rule, alert
from sixfold.consumers import NO_CONSUMERS
from sixfold.contract import Product
from sixfold.metric_names import REPORTED_PREDICTIONS, REPORTS


def report_rules(product: Product) -> list[Rule]:
    """Return the alerts on reports of one consumer, and on one value of a slice, above the contract's limit."""
    limit, nobody = product.feedback.max_reports_per_day, "|".join(sorted(NO_CONSUMERS))
    own = f'product="{product.name}"'
    by_consumer = f'sum by (product, consumer) (increase({REPORTS}{{{own},consumer!~"{nobody}"}}[1d]))'
    return [
        alert(
            "UnexpectedPredictions",
            f"{by_consumer} > {limit}",
            "ticket",
            f"{{{{ $labels.consumer }}}} reports many predictions of {product.name} as unexpected",
            f"{{{{ $value | humanize }}}} reports in a day; max_reports_per_day is {limit}.",
            by="consumer",  # promtool refuses two rules of the same name and labels
        ),
        alert(
            "UnexpectedPredictions",
            f'{REPORTED_PREDICTIONS}{{{own},slice!=""}} > {limit}',
            "ticket",
            f"Many predictions of {product.name} for {{{{ $labels.slice }}}} {{{{ $labels.value }}}} are reported",
            f"{{{{ $value | humanize }}}} predictions of a day are reported; max_reports_per_day is {limit}.",
            by="slice",
        ),
    ]
