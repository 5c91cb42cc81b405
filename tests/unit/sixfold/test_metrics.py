from pathlib import Path

import numpy as np
import pytest

from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.metrics import METRICS, calibration_error, measure_of

LABELS, SCORES = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])


@pytest.fixture
def contract() -> Product:
    return load_product(Path(__file__).parents[3] / "products/flight_delays/product.yaml")


@pytest.mark.parametrize(
    ("name", "value"),
    [("roc_auc", 0.75), ("average_precision", 0.8333), ("brier", 0.1581), ("log_loss", 0.4723)],
)
def test_a_metric_gives_the_figure_worked_out_by_hand(name: str, value: float) -> None:
    assert METRICS[name](LABELS, SCORES) == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_ranking_is_unknown_where_all_labels_are_the_same(name: str) -> None:
    assert np.isnan(METRICS[name](np.ones(3), SCORES[:3]))


@pytest.mark.parametrize("name", METRICS)
def test_a_weight_stands_for_as_many_equal_rows(name: str) -> None:
    weights = np.array([1.0, 2.0, 3.0, 1.0])
    repeated = (np.repeat(each, weights.astype(int)) for each in (LABELS, SCORES))
    assert METRICS[name](LABELS, SCORES, weights) == pytest.approx(METRICS[name](*repeated))


def test_weights_count_in_the_calibration_error() -> None:
    weights = np.array([1.0, 2.0, 3.0, 1.0])
    repeated = [np.repeat(each, weights.astype(int)) for each in (LABELS, SCORES)]
    assert calibration_error(np.ones(2), np.array([0.5, 0.5])) == pytest.approx(0.5)
    assert calibration_error(LABELS, SCORES, weights) == pytest.approx(calibration_error(*repeated), abs=0.1)


def test_a_metric_that_nobody_wrote_is_refused(contract: Product) -> None:
    wrong = contract.model_copy(update={"metric": contract.metric.model_copy(update={"name": "profit"})})
    with pytest.raises(SixfoldError, match="flight-delays has no metric 'profit'"):
        measure_of(wrong)
