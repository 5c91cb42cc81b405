"""A Grafana dashboard for each product."""

import json
from string import ascii_uppercase
from typing import Any, NamedTuple

from grafana_foundation_sdk.builders import dashboard as grafana
from grafana_foundation_sdk.builders import prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from infra.plans.monitoring import slo
from sixfold.contract import Product
from sixfold.metric_names import (
    DRIFT_PSI,
    FALLBACK,
    FEATURE_FRESHNESS,
    FEATURE_MISSING,
    LIVE_LABEL_COVERAGE,
    LIVE_METRIC,
    LIVE_METRIC_HIGH,
    LIVE_METRIC_LOW,
    PREDICTIONS,
    QUARANTINE_RATE,
    REQUEST_SECONDS_BUCKET,
    REQUESTS,
    SKEW_DIFFERING_ROWS,
    SKEW_ROWS,
)

_HEIGHT, _WIDTH = 8, 12  # in grid units; the grid is 24 wide


class Panel(NamedTuple):
    """One graph: its queries by legend. `unit` is one of Grafana's (s, reqps, percentunit, …)."""

    title: str
    unit: str
    queries: dict[str, str]


def product_dashboard(*, product: Product, datasource: str = "prometheus") -> dict[str, Any]:
    """Return the dashboard's JSON model.

    Args:
        product: whose traffic, errors, latency, features, data and resources it shows.
        datasource: the uid of the Prometheus data source in Grafana.

    """
    board = (
        grafana.Dashboard(product.title)
        .uid(f"sixfold-{product.name}")
        .description(product.description)
        .tags(["sixfold", product.owner])
        .refresh("10s")
        .time("now-1h", "now")
        .readonly()
    )
    for number, panel in enumerate(panels(product), start=1):
        board = board.with_panel(_graph(panel, datasource).id(number))
    model: dict[str, Any] = json.loads(json.dumps(board.build(), cls=JSONEncoder))
    return model


def expressions(dashboard: dict[str, Any]) -> tuple[str, ...]:
    """Return every PromQL expression of a dashboard."""
    return tuple(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])


def panels(product: Product) -> list[Panel]:
    """Return the graphs of a product's dashboard, in reading order: does it work, is it right, what does it cost."""
    own = f'{{product="{product.name}"}}'
    available, fast = slo.availability(product), slo.latency(product)
    quantile = f"histogram_quantile(%s, sum by (api_version, le) (rate({REQUEST_SECONDS_BUCKET}{own}[5m])))"
    promised = product.slo.latency_quantile
    live = f'{{product="{product.name}",shadow="false",slice=""}}'
    rate = f"sum by (%s) (rate(%s{own}[5m]))"
    return [
        Panel("Requests", "reqps", {"{{consumer}} {{code}}": rate % ("consumer, code", REQUESTS)}),
        Panel(
            "Latency",
            "s",
            {
                "{{api_version}} median": quantile % 0.5,
                f"{{{{api_version}}}} quantile {promised:.6g}": quantile % promised,
                "objective": f"vector({product.slo.latency_ms / 1000})",
            },
        ),
        Panel(
            "Share of bad requests, past 5 minutes",
            "percentunit",
            {"{{api_version}} failed": available.recorded("5m"), "{{api_version}} too slow": fast.recorded("5m")},
        ),
        Panel(
            "Error budget burn, past hour (1 spends it all in 30 days)",
            "short",
            {
                "{{api_version}} availability": f"{available.recorded('1h')} / {available.budget:.6g}",
                "{{api_version}} latency": f"{fast.recorded('1h')} / {fast.budget:.6g}",
            },
        ),
        Panel(
            f"Live {product.metric.name}, past {product.metric.window_hours:g} hours, with its 95% interval",
            "short",
            {
                "{{api_version}} {{release}}": f"{LIVE_METRIC}{live}",
                "{{release}} at least": f"{LIVE_METRIC_LOW}{live}",
                "{{release}} at most": f"{LIVE_METRIC_HIGH}{live}",
                "threshold": f"vector({product.metric.live_threshold:.15g})",
            },
        ),
        Panel(
            "Predictions whose label is there",
            "percentunit",
            {
                "{{api_version}} {{release}}": f"{LIVE_LABEL_COVERAGE}{live}",
                "asked for": f"vector({product.metric.min_coverage:.15g})",
            },
        ),
        Panel(
            "Drift from training, the five largest",
            "short",
            {
                "{{release}} {{feature}}": f"topk(5, {DRIFT_PSI}{own})",
                "allowed": f"vector({product.metric.max_feature_drift:.15g})",
            },
        ),
        Panel(
            "Served other features than the lake has, of the past day's predictions",
            "percentunit",
            {
                "{{api_version}} {{release}}": f"{SKEW_DIFFERING_ROWS}{own} / ({SKEW_ROWS}{own} > 0)",
                "allowed": f"vector({product.metric.max_skew:.15g})",
            },
        ),
        Panel(
            "Predictions by release",
            "cps",
            {"{{api_version}} {{release}}": rate % ("api_version, release", PREDICTIONS)},
        ),
        Panel(
            "Predictions made without some features",
            "cps",
            {
                "{{reason}}": rate % ("reason", FALLBACK),
                # No feature was ever missing: no series yet, and a line at zero says so.
                "missing {{feature}}": rate % ("feature", FEATURE_MISSING) + " or vector(0)",
            },
        ),
        Panel(
            "Age of the online features",
            "s",
            {
                "age": f"max({FEATURE_FRESHNESS}{own})",
                "allowed": f"vector({product.limits.feature_freshness_hours * 3600:.15g})",
            },
        ),
        Panel(
            "Share of rows in quarantine",
            "percentunit",
            {
                "{{table}}": f"{QUARANTINE_RATE}{own}",
                "allowed": f"vector({product.limits.quarantine_rate:.15g})",
            },
        ),
        Panel("CPU, cores", "short", {"{{api_version}} {{release}}": f"rate(process_cpu_seconds_total{own}[5m])"}),
        Panel("Memory", "bytes", {"{{api_version}} {{release}}": f"process_resident_memory_bytes{own}"}),
    ]


def _graph(panel: Panel, datasource: str) -> timeseries.Panel:
    source = DataSourceRef(type_val="prometheus", uid=datasource)
    graph = timeseries.Panel().title(panel.title).unit(panel.unit).datasource(source).min(0)
    for letter, (legend, expr) in zip(ascii_uppercase, panel.queries.items(), strict=False):
        query = prometheus.Dataquery().expr(expr).legend_format(legend).datasource(source)
        graph = graph.with_target(query.ref_id(letter))
    return graph.height(_HEIGHT).span(_WIDTH)
