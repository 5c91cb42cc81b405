"""What every alert has."""

from typing import Any

from infra.plans.monitoring.slo import Severity

Rule = dict[str, Any]


def alert(
    name: str, expr: str, severity: Severity, summary: str, description: str, *, wait: str = "0s", **labels: str
) -> Rule:
    """Return an alert of Prometheus, which fires once `expr` has had a value for as long as `wait`."""
    return {
        "alert": name,
        "expr": expr,
        "for": wait,
        "labels": {"severity": severity, **labels},
        "annotations": {"summary": summary, "description": description},
    }


def unwatched(product: str, expr: str, series: str) -> Rule:
    """Return the alert on a series that is not there: no data is not "all is well"."""
    return alert(
        "MetricsMissing",
        expr,
        "ticket",
        f"{product} is not being watched",
        f"There is no {series}, so that alerts which read it stay silent whatever happens.",
        wait="10m",
        series=series,
    )
