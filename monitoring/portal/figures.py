"""The figures of Prometheus that the pages show: one query each for all products, put where a page finds them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from monitoring.prometheus import AtAddress, Sample, Series
from sixfold.contract import Product
from sixfold.metric_names import (
    CONSUMER_IDLE,
    DRIFT_PSI,
    FEATURE_FRESHNESS,
    LIVE_LABEL_COVERAGE,
    LIVE_LABELS,
    LIVE_METRIC,
    LIVE_METRIC_HIGH,
    LIVE_METRIC_LOW,
    LIVE_PREDICTIONS,
    LIVE_STATE,
    REQUEST_SECONDS_BUCKET,
    REQUEST_SECONDS_COUNT,
    REQUESTS,
)

BUDGET_DAYS = 30
_LIVE = '{shadow="false"}'
_WHOLE = '{shadow="false",slice=""}'
_OF_RELEASE = "product, api_version, release"
_P99 = f"histogram_quantile(0.99, sum by (product, api_version, le) (rate({REQUEST_SECONDS_BUCKET}[5m]))) >= 0"
_CPU = f'sum by ({_OF_RELEASE}) (rate(process_cpu_seconds_total{{release!=""}}[5m]))'
_MEMORY = f'sum by ({_OF_RELEASE}) (process_resident_memory_bytes{{release!=""}})'
NOW: Mapping[str, str] = {
    "metric": f"{LIVE_METRIC}{_LIVE}",
    "low": f"{LIVE_METRIC_LOW}{_LIVE}",
    "high": f"{LIVE_METRIC_HIGH}{_LIVE}",
    "labels": f"{LIVE_LABELS}{_LIVE}",
    "predictions": f"{LIVE_PREDICTIONS}{_LIVE}",
    "coverage": f"{LIVE_LABEL_COVERAGE}{_LIVE}",
    "state": f"{LIVE_STATE}{_LIVE} == 1",
    "up": 'up{release!=""}',
    "rate": f"sum by (product, api_version) (rate({REQUESTS}[5m]))",
    "p99": _P99,
    "cpu": _CPU,
    "memory": _MEMORY,
    "fresh": f"max by (product) ({FEATURE_FRESHNESS})",
    "drift": f"topk by (product, release) (5, {DRIFT_PSI})",
    "idle": CONSUMER_IDLE,
}
"""Instant queries by name."""
OVER_TIME: Mapping[str, str] = {
    "metric": f"{LIVE_METRIC}{_WHOLE}",
    "low": f"{LIVE_METRIC_LOW}{_WHOLE}",
    "high": f"{LIVE_METRIC_HIGH}{_WHOLE}",
    "coverage": f"{LIVE_LABEL_COVERAGE}{_WHOLE}",
    "drift": f'max by ({_OF_RELEASE}) ({DRIFT_PSI}{{feature!~"score.*"}})',
    "scores": f'max by ({_OF_RELEASE}) ({DRIFT_PSI}{{feature=~"score.*"}})',
    "p99": _P99,
    "cpu": _CPU,
    "memory": _MEMORY,
}
"""Range queries by name."""

Key = tuple[str, str, str]
"""Product, API version and release; what a series does not have is empty."""
Now = Mapping[str, Mapping[Key, list[Sample]]]
OverTime = Mapping[str, Mapping[str, list[Series]]]
"""By name of the query and by product."""


class Span(NamedTuple):
    """A span of time that charts show, and its resolution."""

    name: str
    title: str
    length: timedelta
    step_s: int


SPANS = (Span("day", "24 hours", timedelta(days=1), 300), Span("fortnight", "15 days", timedelta(days=15), 3600))
"""The longer one is what the monitors keep."""


def now(prometheus: AtAddress, at: datetime) -> Now:
    """Return the samples of `NOW` by release."""
    found: dict[str, dict[Key, list[Sample]]] = {}
    for name, expression in NOW.items():
        by = found.setdefault(name, {})
        for sample in prometheus.query(expression, at):
            by.setdefault(_key(sample.labels), []).append(sample)
    return found


def over_time(prometheus: AtAddress, span: Span, at: datetime) -> OverTime:
    """Return the series of `OVER_TIME` within a span that ends at a moment."""
    found: dict[str, dict[str, list[Series]]] = {}
    for name, expression in OVER_TIME.items():
        by = found.setdefault(name, {})
        for series in prometheus.range(expression, at - span.length, at, span.step_s):
            by.setdefault(series.labels.get("product", ""), []).append(series)
    return found


class Budget(NamedTuple):
    """Shares of the requests of `BUDGET_DAYS` days that failed and that were too slow; None: there was no request.

    `requests` is their number. Prometheus may remember fewer days: then these.
    """

    requests: float
    failed: float | None
    slow: float | None

    def left(self, product: Product) -> float | None:
        """Return the share of the error budget that is left, of the objective that has less; below 0: overspent."""
        slo = product.slo
        spent = [
            bad / (1 - promised)
            for bad, promised in ((self.failed, slo.availability), (self.slow, slo.latency_quantile))
            if bad is not None
        ]
        return 1 - max(spent) if spent else None


def budgets(prometheus: AtAddress, product: Product, at: datetime) -> dict[str, Budget]:
    """Return the error budget of each API version of a product that was asked."""
    own, within = f'product="{product.name}"', repr(float(product.slo.latency_ms / 1000))
    total = f"sum by (api_version) (increase(%s{{{own}%s}}[{BUDGET_DAYS}d]))"
    expressions = {
        "requests": total % (REQUESTS, ""),
        "failed": total % (REQUESTS, ',code=~"5.."'),
        "timed": total % (REQUEST_SECONDS_COUNT, ""),
        "fast": total % (REQUEST_SECONDS_BUCKET, f',le="{within}"'),
    }
    counts = {
        name: {each.labels.get("api_version", ""): each.value for each in prometheus.query(expression, at)}
        for name, expression in expressions.items()
    }
    return {
        version: Budget(
            requests,
            failed=counts["failed"].get(version, 0.0) / requests if requests > 0 else None,
            slow=_slow(counts["timed"].get(version, 0.0), counts["fast"].get(version)),
        )
        for version, requests in counts["requests"].items()
    }


def _slow(timed: float, fast: float | None) -> float | None:
    return None if timed <= 0 or fast is None else max(0.0, 1 - fast / timed)


def _key(labels: Mapping[str, str]) -> Key:
    return labels.get("product", ""), labels.get("api_version", ""), labels.get("release", "")
