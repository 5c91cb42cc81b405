import numpy as np
import pytest

from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.tasks import TASKS, Floats, Measure, measure_of
from sixfold.tasks.base import reliability

YES, PROBABILITIES = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])
NUMBERS, FORECASTS = np.array([1.0, 2.0, 4.0, 0.0]), np.array([2.0, 2.0, 2.0, 1.0])
PLACES = np.array([0.0, 1.0, 2.0, 2.0])
VECTORS = np.array([[0.7, 0.2, 0.1], [0.5, 0.4, 0.1], [0.1, 0.1, 0.8], [0.2, 0.3, 0.5]])
ROWS: dict[str, tuple[Floats, Floats]] = {
    "binary": (YES, PROBABILITIES),
    "multiclass": (PLACES, VECTORS),
    "regression": (NUMBERS, FORECASTS),
}
EVERY = [(task, name) for task, kind in TASKS.items() for name in kind.metrics]


def _metric(task: str, name: str) -> Measure:
    found = TASKS[task].metric(name)
    assert found
    return found


@pytest.mark.parametrize(
    ("task", "name", "value"),
    [
        ("binary", "roc_auc", 0.75),
        ("binary", "average_precision", 0.8333),
        ("binary", "brier", 0.1581),
        ("binary", "log_loss", 0.4723),
        ("multiclass", "accuracy", 0.75),
        ("multiclass", "log_loss", -np.log([0.7, 0.4, 0.8, 0.5]).mean()),
        ("multiclass", "macro_f1", (2 / 3 + 0 + 1) / 3),
        ("regression", "mae", 1.0),
        ("regression", "rmse", np.sqrt(6 / 4)),
        ("regression", "mape", (1 + 0 + 0.5) / 3),
        ("regression", "r2", 1 - 6 / 8.75),
        ("regression", "pinball_90", (0.1 + 0 + 1.8 + 0.1) / 4),
        ("regression", "pinball_50", 0.5),
    ],
)
def test_a_metric_gives_the_figure_worked_out_by_hand(task: str, name: str, value: float) -> None:
    assert _metric(task, name)(*ROWS[task]) == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_a_weight_stands_for_as_many_equal_rows(task: str, name: str) -> None:
    weights = np.array([1.0, 2.0, 3.0, 1.0])
    repeated = (np.repeat(each, weights.astype(int), axis=0) for each in ROWS[task])
    assert _metric(task, name)(*ROWS[task], weights) == pytest.approx(_metric(task, name)(*repeated))


@pytest.mark.parametrize(("task", "name"), EVERY)
def test_without_rows_no_metric_says_anything(task: str, name: str) -> None:
    labels, scores = ROWS[task]
    assert np.isnan(_metric(task, name)(labels[:0], scores[:0]))


@pytest.mark.parametrize(
    ("task", "name"), [("binary", "roc_auc"), ("binary", "average_precision"), ("regression", "r2")]
)
def test_a_metric_of_differences_is_unknown_where_all_labels_are_the_same(task: str, name: str) -> None:
    assert np.isnan(_metric(task, name)(np.ones(3), ROWS[task][1][:3]))


def test_weights_count_in_the_calibration_error() -> None:
    weights = np.array([1.0, 2.0, 3.0, 1.0])
    repeated = [np.repeat(each, weights.astype(int)) for each in (YES, PROBABILITIES)]
    assert reliability(np.ones(2), np.array([0.5, 0.5])) == pytest.approx(0.5)
    assert reliability(YES, PROBABILITIES, weights) == pytest.approx(reliability(*repeated), abs=0.1)


def test_a_metric_that_nobody_wrote_is_refused(contract: Product) -> None:
    wrong = contract.model_copy(update={"metric": contract.metric.model_copy(update={"name": "profit"})})
    with pytest.raises(SixfoldError, match="flight-delays has no metric 'profit'"):
        measure_of(wrong)
