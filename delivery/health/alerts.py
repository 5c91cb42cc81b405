"""The alerts that fire now, asked of a stack's Prometheus: at its address, or through the API server of a cluster."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from delivery.health.finding import Finding, Question
from infra.plans.monitoring.platform_rules import WATCHDOG
from monitoring.prometheus import Prometheus, Sample

FIRING = 'ALERTS{alertstate="firing"}'


def questions(prometheus: Prometheus, up: str) -> list[Question]:
    """Return the question to Prometheus."""
    return [Question("alert", "firing", lambda: judge(prometheus.query(FIRING, datetime.now(UTC))), up)]


def judge(firing: Iterable[Sample]) -> Iterator[Finding]:
    """Judge the series of alerts that fire: each is a finding with its runbook."""
    series = [each for each in firing if each.labels["alertname"] != WATCHDOG]
    for each in series:
        labels = each.labels
        about = " ".join(labels[name] for name in ("product", "api_version", "job", "release") if labels.get(name))
        name, severity = labels["alertname"], labels.get("severity", "")
        says = f"{severity}: fires{f' for {about}' if about else ''}"
        yield Finding("alert", name, well=False, says=says, remedy=f"docs/runbooks/{name}.md")
    if not series:
        yield Finding("alert", "firing", well=True, says="none")
