"""Results of the evaluation as Prometheus metrics. Names and labels are a contract: docs/reference/metrics.md."""

import logging
import math
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.evaluation.drifting import Drift
from monitoring.evaluation.figures import Figure, State
from monitoring.evaluation.run import Evaluation
from monitoring.evaluation.skew import Skew

WHO = ("product", "api_version", "release")
WHERE = (*WHO, "shadow", "slice", "value")
_FIGURES: dict[str, tuple[str, Callable[[Figure], float]]] = {
    "sixfold_live_metric": ("The product's metric over its window", lambda each: each.figure),
    "sixfold_live_metric_low": ("Lower bound of the metric, 95% confidence", lambda each: each.low),
    "sixfold_live_metric_high": ("Upper bound of the metric, 95% confidence", lambda each: each.high),
    "sixfold_live_predictions": ("Predictions in the window", lambda each: each.predictions),
    "sixfold_live_due": ("Predictions whose label should be there", lambda each: each.due),
    "sixfold_live_labels": ("Predictions whose label is there", lambda each: each.labelled),
    "sixfold_live_label_coverage": ("Share of due predictions with a label", lambda each: each.coverage),
    "sixfold_live_label_lag_seconds": ("Mean time from prediction to label", lambda each: each.lag_s),
    "sixfold_live_calibration_error": ("Expected calibration error", lambda each: each.calibration_error),
}
_DRIFTS: dict[str, tuple[str, Callable[[Drift], float]]] = {
    "sixfold_drift_psi": ("Population stability index against training", lambda each: each.psi),
    "sixfold_drift_ks": ("Kolmogorov-Smirnov distance to training", lambda each: each.ks),
    "sixfold_served_missing_rate": ("Share of rows served without the feature", lambda each: each.missing),
}


class Found(NamedTuple):
    """All that is known of one product; `skew` is empty where it could not be found."""

    evaluation: Evaluation
    drifts: list[Drift]
    skew: list[Skew]


class EvaluationCollector(Collector):
    """The last findings of each product; where its evaluation fails they stay, and their time stands still."""

    def __init__(self) -> None:
        self.found: dict[str, Found] = {}
        self._looked: dict[str, float] = {}
        self._failures: dict[str, int] = {}

    def refresh(self, product: str, evaluate: Callable[[], Found | None]) -> None:
        """Evaluate a product; what it raises is logged and counted."""
        self._failures.setdefault(product, 0)
        try:
            found = evaluate()
        except Exception:
            self._failures[product] += 1
            logging.getLogger("sixfold.evaluation").exception("cannot evaluate %s", product)
            return
        self._looked[product] = time.time()
        if found:
            self.found[product] = found

    def collect(self) -> Iterable[Metric]:
        """Return the metrics; what is not known has no sample."""
        figures = [each for found in self.found.values() for each in found.evaluation.figures]
        for name, (meaning, value) in _FIGURES.items():
            yield _gauge(name, meaning, WHERE, ((_where(each), value(each)) for each in figures))
        states = [((*_where(each), state), float(each.state == state)) for each in figures for state in State]
        yield _gauge("sixfold_live_state", "1 for the state the figure is in", (*WHERE, "state"), states)
        drifts = [(product, each) for product, found in self.found.items() for each in found.drifts]
        for name, (meaning, value_of) in _DRIFTS.items():
            samples = (
                ((product, each.api_version, each.release, each.feature), value_of(each)) for product, each in drifts
            )
            yield _gauge(name, meaning, (*WHO, "feature"), samples)
        yield from self._of_products()

    def _of_products(self) -> Iterable[Metric]:
        found = self.found
        at = [((name,), moment) for name, moment in self._looked.items()]
        yield _gauge("sixfold_evaluated_timestamp_seconds", "When it was last evaluated", ("product",), at)
        clocks = [((name,), each.evaluation.now.timestamp()) for name, each in found.items()]
        yield _gauge("sixfold_evaluation_clock_seconds", "The product's own now", ("product",), clocks)
        failed = [((name,), float(count)) for name, count in self._failures.items()]
        yield _gauge("sixfold_evaluation_failures", "Evaluations that failed since the start", ("product",), failed)
        odd = [((name, kind), float(n)) for name, each in found.items() for kind, n in each.evaluation.counts.items()]
        yield _gauge("sixfold_label_oddities", "What the join found wrong in the window", ("product", "kind"), odd)
        skews = [((name, each.api_version, each.release), each) for name, every in found.items() for each in every.skew]
        rows = [(who, float(each.rows)) for who, each in skews]
        yield _gauge("sixfold_skew_rows", "Predictions whose features were recomputed", WHO, rows)
        differing = [(who, float(each.differing)) for who, each in skews]
        yield _gauge("sixfold_skew_differing_rows", "Of those, not served what the lake has", WHO, differing)


def _where(each: Figure) -> tuple[str, ...]:
    return each.product, each.api_version, each.release, str(each.shadow).lower(), each.slice, each.value


def _gauge(
    name: str, meaning: str, labels: tuple[str, ...], samples: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for values, value in samples:
        if not math.isnan(value):
            family.add_metric(values, value)
    return family
