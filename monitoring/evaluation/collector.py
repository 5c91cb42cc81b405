"""Results of the evaluation as Prometheus metrics. Names and labels are a contract: docs/reference/metrics.md."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from polars.exceptions import PanicException
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitoring.evaluation.drifting import Drift
from monitoring.evaluation.figures import Figure, State
from monitoring.evaluation.reported import Reported
from monitoring.evaluation.run import Evaluation
from monitoring.evaluation.skew import Skew
from sixfold.metric_names import (
    CONSUMER_IDLE,
    DRIFT_KS,
    DRIFT_PSI,
    EVALUATED,
    EVALUATION_CLOCK,
    EVALUATION_FAILURES,
    LABEL_ODDITIES,
    LIVE_CALIBRATION_ERROR,
    LIVE_DUE,
    LIVE_LABEL_COVERAGE,
    LIVE_LABEL_LAG,
    LIVE_LABELS,
    LIVE_METRIC,
    LIVE_METRIC_HIGH,
    LIVE_METRIC_LOW,
    LIVE_PREDICTIONS,
    LIVE_STATE,
    REPORTED_PREDICTIONS,
    SERVED_MISSING_RATE,
    SKEW_DIFFERING_ROWS,
    SKEW_ROWS,
)

WHO = ("product", "api_version", "release")
WHERE = (*WHO, "shadow", "slice", "value")
_FIGURES: dict[str, tuple[str, Callable[[Figure], float]]] = {
    LIVE_METRIC: ("The product's metric over its window", lambda each: each.figure),
    LIVE_METRIC_LOW: ("Lower bound of the metric, 95% confidence", lambda each: each.low),
    LIVE_METRIC_HIGH: ("Upper bound of the metric, 95% confidence", lambda each: each.high),
    LIVE_PREDICTIONS: ("Predictions in the window", lambda each: each.predictions),
    LIVE_DUE: ("Predictions whose label should be there", lambda each: each.due),
    LIVE_LABELS: ("Predictions whose label is there", lambda each: each.labelled),
    LIVE_LABEL_COVERAGE: ("Share of due predictions with a label", lambda each: each.coverage),
    LIVE_LABEL_LAG: ("Mean time from prediction to label", lambda each: each.lag_s),
    LIVE_CALIBRATION_ERROR: ("Expected calibration error", lambda each: each.calibration_error),
}
_DRIFTS: dict[str, tuple[str, Callable[[Drift], float]]] = {
    DRIFT_PSI: ("Population stability index against training", lambda each: each.psi),
    DRIFT_KS: ("Kolmogorov-Smirnov distance to training", lambda each: each.ks),
    SERVED_MISSING_RATE: ("Share of rows served without the feature", lambda each: each.missing),
}


class Found(NamedTuple):
    """The findings on one product; what could not be measured is empty.

    `idle` has the seconds since the last call of each consumer.
    """

    evaluation: Evaluation
    drifts: list[Drift]
    skew: list[Skew]
    reported: Sequence[Reported] = ()
    idle: Mapping[str, float] = {}


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
        except (Exception, PanicException):  # polars panics on some damage, which is no Exception
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
        yield _gauge(LIVE_STATE, "1 for the state the figure is in", (*WHERE, "state"), states)
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
        yield _gauge(EVALUATED, "When it was last evaluated", ("product",), at)
        clocks = [((name,), each.evaluation.now.timestamp()) for name, each in found.items()]
        yield _gauge(EVALUATION_CLOCK, "The product's own now", ("product",), clocks)
        failed = [((name,), float(count)) for name, count in self._failures.items()]
        yield _gauge(EVALUATION_FAILURES, "Evaluations that failed since the start", ("product",), failed)
        odd = [((name, kind), float(n)) for name, each in found.items() for kind, n in each.evaluation.counts.items()]
        yield _gauge(LABEL_ODDITIES, "What the join found wrong in the window", ("product", "kind"), odd)
        reported = [
            ((name, of.slice, of.value), float(of.predictions)) for name, each in found.items() for of in each.reported
        ]
        meaning = "Predictions that consumers reported as unexpected in the last day"
        yield _gauge(REPORTED_PREDICTIONS, meaning, ("product", "slice", "value"), reported)
        idle = [((name, consumer), span) for name, each in found.items() for consumer, span in each.idle.items()]
        yield _gauge(CONSUMER_IDLE, "Time since its last call", ("product", "consumer"), idle)
        skews = [((name, each.api_version, each.release), each) for name, every in found.items() for each in every.skew]
        rows = [(who, float(each.rows)) for who, each in skews]
        yield _gauge(SKEW_ROWS, "Predictions whose features were recomputed", WHO, rows)
        differing = [(who, float(each.differing)) for who, each in skews]
        yield _gauge(SKEW_DIFFERING_ROWS, "Of those, not served what the lake has", WHO, differing)


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
