"""Live figures of the contract, from counted rows. "Not enough labels" is a state of its own."""

import logging
import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import polars as pl

from monitoring.evaluation.cells import KEYS
from monitoring.evaluation.interval import Interval, interval
from sixfold.contract import Metric, Product
from sixfold.declared import Strict
from sixfold.labels import Labels
from sixfold.tasks import measure_of, task_of

T = TypeVar("T")
_UNKNOWN = Interval(math.nan, math.nan, math.nan)
_log = logging.getLogger("sixfold.evaluation")


class State(StrEnum):
    """Whether a figure may be judged; `undefined` where the metric says nothing about the labels: all the same, say."""

    ENOUGH = "enough"
    FEW_LABELS = "few_labels"
    LOW_COVERAGE = "low_coverage"
    UNDEFINED = "undefined"


class Figure(Strict):
    """The metric of one release for one API version, as a whole (`slice` is empty) or for one value of a slice.

    `due` of the `predictions` are old enough to have a label, and `coverage` of those have it: nan before any is due.
    `labelled` counts those too that had it sooner. `lag_s` is the mean time from prediction to label in seconds.
    `low` and `high` bound the metric with 95% confidence. What is not known is nan.
    """

    product: str
    api_version: str
    release: str
    shadow: bool
    slice: str
    value: str
    metric: str
    figure: float
    low: float
    high: float
    predictions: int
    due: int
    labelled: int
    coverage: float
    lag_s: float
    calibration_error: float
    state: State


def figures(product: Product, cells: pl.DataFrame) -> list[Figure]:
    """Return a figure for each release, API version and slice in counted rows, in the order of those names."""
    parts = cells.partition_by(*KEYS, as_dict=True)
    return [_figure(product, dict(zip(KEYS, key, strict=True)), parts[key]) for key in sorted(parts, key=str)]


def _figure(product: Product, about: dict[str, Any], cells: pl.DataFrame) -> Figure:
    task, with_label = task_of(product), cells.filter("labelled")
    name = f"{product.metric.name} of {product.name} {about}"
    found = _or_unknown(name, lambda: interval(measure_of(product), *task.counted(with_label)), _UNKNOWN)
    calibration = _or_unknown(name, lambda: task.calibration_error(*task.counted(with_label)), math.nan)
    labelled, due = int(with_label["rows"].sum()), int(cells.filter("due")["rows"].sum())
    coverage = int(with_label.filter("due")["rows"].sum()) / due if due else float("nan")
    return Figure(
        **about,
        product=product.name,
        metric=product.metric.name,
        figure=found.value,
        low=found.low,
        high=found.high,
        predictions=cells["rows"].sum(),
        due=due,
        labelled=labelled,
        coverage=coverage,
        lag_s=with_label["lag_ms"].sum() / labelled / 1000 if labelled else float("nan"),
        calibration_error=calibration,
        state=state(product.metric, labelled=labelled, coverage=coverage, figure=found.value),
    )


def _or_unknown(name: str, compute: Callable[[], T], unknown: T) -> T:
    """Compute one figure. A product's own metric may raise, and the other figures are still to be had."""
    try:
        return compute()
    except Exception as error:  # noqa: BLE001 - code of a product's own
        _log.warning("cannot compute %s: %r", name, error)
        return unknown


def state(metric: Metric, *, labelled: int, coverage: float, figure: float) -> State:
    """Return whether there are labels enough, as the contract counts them, and whether the figure means something."""
    match Labels.of(metric, labelled=labelled, coverage=coverage):
        case Labels.FEW:
            return State.FEW_LABELS
        case Labels.LOW_COVERAGE:
            return State.LOW_COVERAGE
    return State.UNDEFINED if math.isnan(figure) else State.ENOUGH
