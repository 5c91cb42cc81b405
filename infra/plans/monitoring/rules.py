"""Prometheus rules, derived from the product contracts.

Every alert carries a severity ("page": somebody acts now; "ticket": this week), the team that owns it, and a runbook
of its own name in docs/runbooks/. A product without a release alerts nobody.
"""

from collections.abc import Collection, Mapping
from typing import Any

from infra.plans.monitoring import slo
from infra.plans.monitoring.alerting import Rule, alert, unwatched
from infra.plans.monitoring.live_rules import live_rules
from infra.plans.routing.traffic import VersionTraffic
from sixfold.contract import Product

PLATFORM_TEAM = "platform"
"""Who is told when a part that all products share is down."""
_WITHOUT_STORE = 0.05  # of predictions; a store that is throttled or away soon costs more, and a slow read costs less


def prometheus_rules(
    *,
    products: Mapping[str, Product],
    traffic: tuple[VersionTraffic, ...],
    parts: Collection[str] = (),
    runbooks: str = "docs/runbooks",
) -> dict[str, Any]:
    """Return the content of a Prometheus rule file.

    Args:
        products: contracts by product name.
        traffic: the traffic plan; API versions that no release serves get no alerts.
        parts: scrape jobs of the platform that may lose all of their targets, as pods do; then nothing of them is down.
        runbooks: the folder or base URL of the runbooks.

    """
    groups = [_group("platform", [_platform_down(runbooks), *(_platform_gone(part, runbooks) for part in parts)])]
    for name in sorted({version.product for version in traffic if version.served}):
        served = tuple(version.version for version in traffic if version.product == name and version.served)
        groups += _product(products[name], served, runbooks)
    return {"groups": groups}


def alerts(rules: dict[str, Any]) -> list[Rule]:
    """Return every alert of a rule file."""
    return [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]


def _product(product: Product, versions: tuple[str, ...], runbooks: str) -> list[dict[str, Any]]:
    indicators = (slo.availability(product), slo.latency(product))
    label = {"product": product.name}  # the series has it already; promtool tells rules of one name apart by it
    recorded = [
        {"record": i.series(w), "expr": i.share(w), "labels": label.copy()} for i in indicators for w in slo.WINDOWS
    ]
    raised = [
        *_burns(product),
        *_missing(product, versions),
        *_conditions(product),
        *live_rules(product, versions),
    ]
    return [
        _group(f"{product.name}-slo", recorded) | {"interval": "15s"},  # windows of days need no more
        _group(f"{product.name}-alerts", [_labelled(rule, product.owner, product.name, runbooks) for rule in raised]),
    ]


def _burns(product: Product) -> list[Rule]:
    promises = {
        "AvailabilityBudgetBurn": (slo.availability(product), f"{product.slo.availability:.3%} of requests succeed"),
        "LatencyBudgetBurn": (
            slo.latency(product),
            f"{product.slo.latency_quantile:.1%} of requests take at most {product.slo.latency_ms:g} ms",
        ),
    }
    return [
        alert(
            name,
            indicator.burning(severity),
            severity,
            f"{product.name} {{{{ $labels.api_version }}}} breaks its promise too fast",
            f"The objective over 30 days is that {promise}; {{{{ $value | humanizePercentage }}}} do not.",
        )
        for name, (indicator, promise) in promises.items()
        for severity in slo.BURNS
    ]


def _conditions(product: Product) -> list[Rule]:
    own, limits = f'{{product="{product.name}"}}', product.limits
    stale = f"max by (product) (sixfold_feature_freshness_seconds{own})"
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
            f"{product.name} predicts from old features",
            "The online features are {{ $value | humanizeDuration }} old; "
            f"{limits.feature_freshness_hours:g} hours are allowed.",
            wait="5m",
        ),
        alert(
            "OnlineStoreFailing",
            f"sum by (product, api_version) (rate({_without_store(product)}[10m])) / "
            f"sum by (product, api_version) (rate(sixfold_predictions_total{own}[10m])) > {_WITHOUT_STORE}",
            "ticket",
            f"{product.name} {{{{ $labels.api_version }}}} predicts without its online features",
            "The online store does not answer in time for {{ $value | humanizePercentage }} of predictions.",
            wait="10m",
        ),
        alert(
            "QuarantineRateHigh",
            f"sixfold_quarantine_rate > {limits.quarantine_rate:.15g}",
            "ticket",
            "Too much of {{ $labels.table }} is refused by its data contract",
            f"{{{{ $value | humanizePercentage }}}} of its rows are in quarantine; {product.name} allows "
            f"{limits.quarantine_rate:.2%}.",
            wait="5m",
        ),
        alert(
            "PredictionLogShedding",
            f"sum by (product, api_version, release) (increase(sixfold_prediction_log_shed_total{own}[10m])) > 0",
            "ticket",
            f"{product.name} does not log all of its predictions",
            "{{ $value | humanize }} rows were given up within ten minutes, because the lake took them too slowly.",
        ),
    ]


def _without_store(product: Product) -> str:
    return f'sixfold_fallback_total{{product="{product.name}",reason="store"}}'


def _missing(product: Product, versions: tuple[str, ...]) -> list[Rule]:
    """No data is not "all is well": each series that another alert reads has to be there."""
    own = [f'product="{product.name}",api_version="{version}"' for version in versions]
    series = [template % where for where in own for template in ("up{%s}", "sixfold_predictions_total{%s}")]
    series += [
        slo.within_objective(product),
        f'sixfold_feature_freshness_seconds{{product="{product.name}"}}',
        _without_store(product),
        "sixfold_quarantine_rate",
    ]
    return [unwatched(product.name, f"absent({selector})", selector) for selector in series]


def _platform_down(runbooks: str) -> Rule:
    rule = alert(
        "PlatformTargetDown",
        'up{product=""} == 0',
        "page",
        "{{ $labels.job }} does not answer",
        "Prometheus has not reached {{ $labels.job }} at {{ $labels.instance }} for a minute.",
        wait="1m",
    )
    return _labelled(rule, PLATFORM_TEAM, None, runbooks)


def _platform_gone(part: str, runbooks: str) -> Rule:
    rule = alert(
        "PlatformTargetDown",
        f'absent(up{{job="{part}"}})',
        "page",
        f"There is no {part}",
        f"Prometheus has found nothing to reach of {part} for five minutes.",
        wait="5m",
        job=part,
    )
    return _labelled(rule, PLATFORM_TEAM, None, runbooks)


def _labelled(rule: Rule, team: str, product: str | None, runbooks: str) -> Rule:
    return rule | {
        "labels": {**rule["labels"], "team": team, **({"product": product} if product else {})},
        "annotations": {**rule["annotations"], "runbook_url": f"{runbooks.rstrip('/')}/{rule['alert']}.md"},
    }


def _group(name: str, rules: list[Rule]) -> dict[str, Any]:
    return {"name": name, "rules": rules}
