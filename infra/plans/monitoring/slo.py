"""Service level objectives as PromQL: shares of bad requests, and how fast they burn the error budget.

The windows and factors are those of the Google SRE workbook, chapter 5 ("Alerting on SLOs"): a page for what would
spend 2% of 30 days' budget in an hour or 5% in six, a ticket for 10% in one day or in three.
"""

from typing import NamedTuple

from infra.plans.monitoring.rule import Rule, Severity, alert
from sixfold.contract import Product
from sixfold.metric_names import REQUEST_SECONDS_BUCKET, REQUEST_SECONDS_COUNT, REQUESTS

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")

_BY = "sum by (product, api_version)"
# A total outage must alert whatever the budget: 14.4 times a budget of 10% is a share that nothing reaches.
_CERTAIN = 0.99
# One slow request of two is half of them, and no reason to wake anybody. A dead process alerts by itself (TargetDown).
_MIN_BAD = 10
_SECONDS = {"1h": 3600, "6h": 6 * 3600, "1d": 24 * 3600, "3d": 72 * 3600}


class Burn(NamedTuple):
    """The budget burns `factor` times too fast: over the long window, and still over the short one."""

    factor: float
    long: str
    short: str


BURNS: dict[Severity, tuple[Burn, ...]] = {
    "page": (Burn(14.4, "1h", "5m"), Burn(6, "6h", "30m")),
    "ticket": (Burn(3, "1d", "2h"), Burn(1, "3d", "6h")),
}


class Indicator(NamedTuple):
    """A share of bad requests by product and API version, and how much of it the objective allows.

    `bad` and `every` are PromQL rates with `$window` in them.
    """

    name: str
    product: str
    bad: str
    every: str
    budget: float

    def series(self, window: str) -> str:
        """Return the name under which the share is recorded."""
        return f"product_version:sixfold_{self.name}:ratio_rate{window}"

    def share(self, window: str) -> str:
        """Return PromQL for the share; without traffic it has no value, which is not the same as a good one."""
        return f"({self.bad}) / ({self.every} > 0)".replace("$window", window)

    def recorded(self, window: str) -> str:
        """Return PromQL for the recorded share of this product."""
        return f'{self.series(window)}{{product="{self.product}"}}'

    def burning(self, severity: Severity) -> str:
        """Return PromQL with a value for each API version that burns its budget too fast."""
        return " or ".join(f"({self._both(burn)})" for burn in BURNS[severity])

    def _both(self, burn: Burn) -> str:
        limit = f"{min(burn.factor * self.budget, _CERTAIN):.6g}"
        bad = f"({self.bad}) * {_SECONDS[burn.long]}".replace("$window", burn.long)
        return f"{self.recorded(burn.long)} > {limit} and {self.recorded(burn.short)} > {limit} and {bad} >= {_MIN_BAD}"


def recorded_shares(product: Product) -> list[Rule]:
    """Return the rules that record the share of bad requests over each window."""
    label = {"product": product.name}  # the series has it already; promtool tells rules of one name apart by it
    return [
        {"record": indicator.series(window), "expr": indicator.share(window), "labels": label.copy()}
        for indicator in (availability(product), latency(product))
        for window in WINDOWS
    ]


def slo_rules(product: Product) -> list[Rule]:
    """Return the alerts on an error budget that burns too fast."""
    promises = {
        "AvailabilityBudgetBurn": (availability(product), f"{product.slo.availability:.3%} of requests succeed"),
        "LatencyBudgetBurn": (
            latency(product),
            f"{product.slo.latency_quantile:.1%} of requests take at most {product.slo.latency_ms:g} ms",
        ),
    }
    return [
        alert(
            name,
            indicator.burning(severity),
            severity,
            f"{product.name} {{{{ $labels.api_version }}}} burns its error budget too fast",
            f"The objective over 30 days is that {promise}; {{{{ $value | humanizePercentage }}}} do not.",
        )
        for name, (indicator, promise) in promises.items()
        for severity in BURNS
    ]


def availability(product: Product) -> Indicator:
    """Return the share of requests answered with 5xx."""
    every = f'{_BY} (rate({REQUESTS}{{product="{product.name}"}}[$window]))'
    failed = f'{_BY} (rate({REQUESTS}{{product="{product.name}",code=~"5.."}}[$window]))'
    return Indicator(
        name="requests_failed",
        product=product.name,
        bad=f"{failed} or 0 * {every}",  # before the first failure there is no series of failures
        every=every,
        budget=1 - product.slo.availability,
    )


def latency(product: Product) -> Indicator:
    """Return the share of requests slower than slo.latency_ms."""
    every = f'{_BY} (rate({REQUEST_SECONDS_COUNT}{{product="{product.name}"}}[$window]))'
    return Indicator(
        name="requests_slow",
        product=product.name,
        bad=f"{every} - {_BY} (rate({within_objective(product)}[$window]))",
        every=every,
        budget=1 - product.slo.latency_quantile,
    )


def within_objective(product: Product) -> str:
    """Return the selector of requests answered within slo.latency_ms, its `le` as Python's client writes it."""
    bucket = repr(float(product.slo.latency_ms / 1000))
    return f'{REQUEST_SECONDS_BUCKET}{{product="{product.name}",le="{bucket}"}}'
