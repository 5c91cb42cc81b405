"""Alerts on releases that serve: up, with fresh features, with their online store, and with every series measured."""

from infra.plans.monitoring import slo
from infra.plans.monitoring.rule import Rule, alert, unwatched
from sixfold.contract import Product
from sixfold.metric_names import FALLBACK, FEATURE_FRESHNESS, LOG_SHED, LOOKUP_ERRORS, PREDICTIONS, QUARANTINE_RATE

_WITHOUT_STORE = 0.05  # of predictions; a store that is throttled or away soon costs more, and a slow read costs less


def service_rules(product: Product, versions: tuple[str, ...]) -> list[Rule]:
    """Return the alerts of a product's releases; `versions` are the API versions that it serves."""
    return [*_missing(product, versions), *_conditions(product)]


def _conditions(product: Product) -> list[Rule]:
    own, limits = f'{{product="{product.name}"}}', product.limits
    stale = f"max by (product) ({FEATURE_FRESHNESS}{own})"
    return [
        alert(
            "TargetDown",
            f"up{own} == 0",
            "page",
            "A release of {{ $labels.product }} {{ $labels.api_version }} does not answer",
            "Prometheus has not reached release {{ $labels.release }} at {{ $labels.instance }} for a minute.",
            wait="1m",
        ),
        alert(
            "FeaturesStale",
            f"{stale} > {limits.feature_freshness_hours * 3600:.15g}",
            "ticket",
            f"The online features of {product.name} are stale",
            "The online features are {{ $value | humanizeDuration }} old; "
            f"the limit is {limits.feature_freshness_hours:g} hours.",
            wait="5m",
        ),
        alert(
            "OnlineStoreFailing",
            f"sum by (product, api_version) (rate({_without_store(product)}[10m])) / "
            f"sum by (product, api_version) (rate({PREDICTIONS}{own}[10m])) > {_WITHOUT_STORE}",
            "ticket",
            f"{product.name} {{{{ $labels.api_version }}}} predicts without its online features",
            "The online store does not answer in time for {{ $value | humanizePercentage }} of predictions.",
            wait="10m",
        ),
        alert(
            "FeatureLookupErrors",
            f"sum by (product, api_version, release) (increase({LOOKUP_ERRORS}{own}[10m])) > 0",
            "ticket",
            f"The code of a release of {product.name} fails to look up features",
            "{{ $value | humanize }} look-ups of release {{ $labels.release }} ended in ten minutes with an error of "
            "its code; those predictions were made without online features.",
        ),
        alert(
            "QuarantineRateHigh",
            f"{QUARANTINE_RATE}{own} > {limits.quarantine_rate:.15g}",
            "ticket",
            "The quarantine rate of the table {{ $labels.table }} is too high",
            f"{{{{ $value | humanizePercentage }}}} of its rows break the data contract; the limit of {product.name} "
            f"is {limits.quarantine_rate:.2%}.",
            wait="5m",
        ),
        alert(
            "PredictionLogShedding",
            f"sum by (product, api_version, release) (increase({LOG_SHED}{own}[10m])) > 0",
            "ticket",
            f"{product.name} drops rows of its prediction log",
            "{{ $value | humanize }} rows were dropped within ten minutes, because writes to the lake are too slow.",
        ),
    ]


def _without_store(product: Product) -> str:
    return f'{FALLBACK}{{product="{product.name}",reason="store"}}'


def _missing(product: Product, versions: tuple[str, ...]) -> list[Rule]:
    """Return the alerts on missing series: each series that another alert reads must exist."""
    own = [f'product="{product.name}",api_version="{version}"' for version in versions]
    series = [template % where for where in own for template in ("up{%s}", f"{PREDICTIONS}{{%s}}")]
    series += [
        slo.within_objective(product),
        f'{FEATURE_FRESHNESS}{{product="{product.name}"}}',
        _without_store(product),
        f'{QUARANTINE_RATE}{{product="{product.name}"}}',
    ]
    return [unwatched(product.name, f"absent({selector})", selector) for selector in series]
