"""One product: for whom it is, how well it does, and who uses it."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from monitoring.portal import figures
from monitoring.portal.board import USE_DAYS, Board
from monitoring.portal.charts import Chart, Line, chart
from monitoring.portal.views import facts
from monitoring.prometheus import Series
from monitoring.users import hurt, misfits, users
from sixfold.contract import Product
from sixfold.versions import number_of

_REPORTS = 10


def view(board: Board, product: Product, span: figures.Span) -> dict[str, Any]:
    """Return the values of the page."""
    releases, now = facts.live_releases(board, product), datetime.now(UTC)
    name = product.name
    found = users(product, board.use.value.get(name, ()), board.asked.value.get(name))
    budgets = board.budgets.value.get(name, {})
    return {
        "product": product,
        "health": facts.health(board, product),
        "alerts": facts.firing(board, name),
        "live": [_live(board, each) for each in releases],
        "versions": [
            (version, declared, declared.status(now.date()), _figures_of(board, name, version), budgets.get(version))
            for version, declared in sorted(product.api_versions.items(), key=lambda each: number_of(each[0]))[::-1]
        ],
        "charts": _charts(board, product, span),
        "spans": figures.SPANS,
        "span": span,
        "users": found,
        "profiles": {consumer.name: consumer for consumer in product.consumers},
        "misfits": list(misfits(product, found, now, USE_DAYS)) if name in board.use.value else [],
        "hurt": list(hurt(product, found)),
        "days": USE_DAYS,
        "reports": board.reports.value.get(name, [])[:_REPORTS],
        "records": board.records.value.get(name, [])[::-1],
        "texts": board.texts.value.get(name, {}),
        "idle": {
            sample.labels.get("consumer", ""): sample.value
            for sample in board.now.value.get("idle", {}).get((name, "", ""), ())
        },
    }


def _live(board: Board, release: facts.LiveRelease) -> dict[str, Any]:
    found = facts.measured(board, release)
    drift = board.now.value.get("drift", {}).get(release.key, [])
    return {
        "release": release,
        "whole": next((each for each in found if not each.slice), None),
        "slices": [each for each in found if each.slice],
        "cpu": facts.one(board, "cpu", release.key),
        "memory": facts.one(board, "memory", release.key),
        "drift": sorted(((s.labels.get("feature", ""), s.value) for s in drift), key=lambda each: -each[1]),
    }


def _figures_of(board: Board, product: str, version: str) -> dict[str, float | None]:
    return {name: facts.one(board, name, (product, version, "")) for name in ("rate", "p99")}


def _charts(board: Board, product: Product, span: figures.Span) -> list[Chart]:
    """Draw the metric, label coverage and drift below each other, and then what serving costs."""
    over_time, metric = board.over_time[span.name].value, product.metric

    def lines(name: str, label: Callable[[Series], str]) -> list[Line]:
        return _lines(over_time.get(name, {}).get(product.name, ()), label)

    bounds = (
        {each.name: each for each in lines("low", _release)},
        {each.name: each for each in lines("high", _release)},
    )
    values = lines("metric", _release)
    nothing = Line("", ())
    drawn = (
        chart(
            f"Live {metric.name} over {metric.window_hours:g} hours, with its 95% interval",
            values,
            gap_s=3 * span.step_s,
            bands=[tuple(each.get(line.name, nothing) for each in bounds) for line in values],  # type: ignore[misc] # two
            limit=("threshold", metric.live_threshold),
        ),
        chart(
            "Share of due predictions with a label",
            lines("coverage", _release),
            gap_s=3 * span.step_s,
            limit=("asked for", metric.min_coverage),
            unit="%",
            zero=True,
        ),
        chart(
            "Drift from training (PSI): the feature that drifts most, and the prediction",
            [
                *lines("drift", lambda each: f"feature, {_release(each)}"),
                *lines("scores", lambda each: f"prediction, {_release(each)}"),
            ],
            gap_s=3 * span.step_s,
            limit=("allowed of a feature", metric.max_feature_drift),
            zero=True,
        ),
        chart(
            "Time within which 99% of the requests are answered",
            lines("p99", lambda each: each.labels.get("api_version", "")),
            gap_s=3 * span.step_s,
            limit=("objective", product.slo.latency_ms / 1000),
            unit="ms",
            zero=True,
        ),
        chart("Processor, in cores", lines("cpu", _release), gap_s=3 * span.step_s, zero=True),
        chart("Memory", lines("memory", _release), gap_s=3 * span.step_s, unit="MB", zero=True),
    )
    return [each for each in drawn if each]


def _lines(series: Iterable[Series], label: Callable[[Series], str]) -> list[Line]:
    return sorted(Line(label(each), each.points) for each in series)


def _release(series: Series) -> str:
    return f"{series.labels.get('api_version', '')} {series.labels.get('release', '')}"
