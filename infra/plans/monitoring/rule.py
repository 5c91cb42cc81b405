"""One alert of Prometheus, and who is notified of it. Every file of rules builds its alerts with these functions."""

from typing import Any, Literal

Rule = dict[str, Any]
Severity = Literal["page", "ticket"]
"""A page: somebody acts now. A ticket: somebody acts this week."""


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
    """Return the alert on a missing series: no data does not mean that all is well."""
    return alert(
        "MetricsMissing",
        expr,
        "ticket",
        f"A metric of {product} is missing",
        f"There is no series {series}: alerts that read it cannot fire.",
        wait="10m",
        series=series,
    )


def labelled(rule: Rule, team: str, product: str | None, runbooks: str) -> Rule:
    """Return the alert with the team that is notified, its product, and the runbook of the alert's name."""
    return rule | {
        "labels": {**rule["labels"], "team": team, **({"product": product} if product else {})},
        "annotations": {**rule["annotations"], "runbook_url": f"{runbooks.rstrip('/')}/{rule['alert']}.md"},
    }
