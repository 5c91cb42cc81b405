"""Alerts on the label loop: the live metric, its labels, drift, skew, the evaluation itself, and deprecated versions.

A breach counts once the whole confidence interval is beyond the threshold, and only where there are labels enough: the
contract's `min_labels` and `min_coverage`. Figures of a release count while it runs: its predictions stay in the window
for days after it was taken back, and nobody has to act on them any more.
"""

from datetime import UTC, datetime, time

from infra.plans.monitoring.rule import Rule, Severity, alert, unwatched
from sixfold.contract import Product
from sixfold.metric_names import (
    DRIFT_PSI,
    EVALUATED,
    LIVE_DUE,
    LIVE_LABEL_COVERAGE,
    LIVE_METRIC_HIGH,
    LIVE_METRIC_LOW,
    LIVE_PREDICTIONS,
    LIVE_STATE,
    REQUESTS,
    SKEW_DIFFERING_ROWS,
    SKEW_ROWS,
)

STALE_S = 600


def label_loop_rules(product: Product, versions: tuple[str, ...]) -> list[Rule]:
    """Return the alerts of a product's label loop; `versions` are the API versions that it serves."""
    return [*_metric(product), *_distributions(product), *_evaluation(product), *_deprecated(product, versions)]


def _metric(product: Product) -> list[Rule]:
    metric, name = product.metric, product.metric.name
    bound, beyond = (LIVE_METRIC_HIGH, "<") if metric.direction == "higher" else (LIVE_METRIC_LOW, ">")
    enough = f'{LIVE_STATE}{{product="{product.name}",state="enough"}} == 1'
    whole, parts = (f'{{product="{product.name}",shadow="false",slice{sign}""}}' for sign in ("=", "!="))
    breach = f"{bound}%s {beyond} {metric.live_threshold:.15g} and ignoring (state) {enough}{_runs(product)}"
    limit = f"live_threshold is {metric.live_threshold:g}."
    described = f"With 95% confidence {name} is at best {{{{ $value | humanize }}}}; {limit}"
    return [
        alert(
            "ModelMetricBreach",
            breach % whole,
            "page",
            f"{product.name} {{{{ $labels.api_version }}}} predicts worse than promised",
            described,
        ),
        alert(
            "ModelMetricBreach",
            breach % parts,
            "ticket",
            f"{product.name} predicts worse than promised for {{{{ $labels.slice }}}} {{{{ $labels.value }}}}",
            described,
        ),
        alert(
            "LabelCoverageLow",
            f"{LIVE_LABEL_COVERAGE}{whole} < {metric.min_coverage:.15g} and {LIVE_DUE}{whole} >= {metric.min_labels}"
            f"{_runs(product)}",
            "ticket",
            f"Labels of {product.name} do not arrive: its live metric is unknown",
            f"{{{{ $value | humanizePercentage }}}} of the predictions older than {metric.label_delay_hours:g} hours "
            f"have a label; min_coverage is {metric.min_coverage:.0%}.",
            wait="5m",
        ),
    ]


def _distributions(product: Product) -> list[Rule]:
    metric, drifted = (
        product.metric,
        f'{DRIFT_PSI}{{product="{product.name}",feature%s"score( of .+)?"}} > %.15g{_runs(product)}',
    )
    psi = "PSI {{ $value | humanize }} over the window, limit %g."
    own = f'{{product="{product.name}"}}'
    return [
        alert(
            "FeatureDrift",
            drifted % ("!~", metric.max_feature_drift),
            "ticket",
            f"The distribution of feature {{{{ $labels.feature }}}} of {product.name} has shifted from training",
            psi % metric.max_feature_drift,
            wait="5m",
        ),
        alert(
            "PredictionDrift",
            drifted % ("=~", metric.max_prediction_drift),
            "ticket",
            f"The distribution of predictions of {product.name} has shifted from training",
            psi % metric.max_prediction_drift,
            wait="5m",
        ),
        alert(
            "TrainingServingSkew",
            f"{SKEW_DIFFERING_ROWS}{own} / ({SKEW_ROWS}{own} > 0) > {product.metric.max_skew:.15g}{_runs(product)}",
            "ticket",
            f"{product.name} {{{{ $labels.api_version }}}} is served features that differ from the lake",
            "{{ $value | humanizePercentage }} of the past day's predictions of {{ $labels.release }} had features "
            f"whose values differ from those in the lake; max_skew is {product.metric.max_skew:.15g}.",
        ),
    ]


def _runs(product: Product) -> str:
    """Return the condition that Prometheus scrapes the release of a series, as it does those of the stack file."""
    return f' and on (product, api_version, release) up{{product="{product.name}"}}'


def _evaluation(product: Product) -> list[Rule]:
    own = f'{{product="{product.name}"}}'
    evaluated, skew = f"{EVALUATED}{own}", f"{SKEW_ROWS}{own}"
    return [
        _stale(evaluated, product, "unless", "ticket", "alerts on live metrics come too late"),
        _stale(evaluated, product, "and", "page", "in this rollout nobody sees what the candidate does to the metric"),
        unwatched(product.name, f"absent({evaluated})", evaluated),
        unwatched(product.name, f"max by (product) ({LIVE_PREDICTIONS}{own}) unless on (product) {skew}", skew),
    ]


def _stale(evaluated: str, product: Product, when: str, severity: Severity, meaning: str) -> Rule:
    """Return the alert on an evaluation that has stopped, of this severity while a rollout is under way, or is not."""
    return alert(
        "EvaluationStale",
        f"time() - {evaluated} > {STALE_S} {when} on (product) {_rollout(product)}",
        severity,
        f"The live evaluation of {product.name} has stopped",
        f"The last evaluation was {{{{ $value | humanizeDuration }}}} ago: {meaning}.",
    )


def _rollout(product: Product) -> str:
    """Return the condition that an API version of the product has several releases: a rollout is under way."""
    releases = f'group by (product, api_version, release) (up{{product="{product.name}",release!=""}})'
    return f"(count by (product, api_version) ({releases}) > 1)"


def _deprecated(product: Product, versions: tuple[str, ...]) -> list[Rule]:
    return [
        alert(
            "DeprecatedVersionCalled",
            f"sum by (product, api_version, consumer) (increase({REQUESTS}"
            f'{{product="{product.name}",api_version="{version}"}}[1d])) > 0 and on () vector(time()) >= '
            f"{datetime.combine(deprecated, time(), UTC).timestamp():.0f}",
            "ticket",
            f"{{{{ $labels.consumer }}}} still calls {product.name} {version}, deprecated since {deprecated}",
            "{{ $value | humanize }} calls in a day; "
            f"its sunset is {product.api_versions[version].sunset or 'not set'}.",
            api_version=version,  # promtool refuses two rules of the same name and labels
        )
        for version in versions
        if (deprecated := product.api_versions[version].deprecated)
    ]
