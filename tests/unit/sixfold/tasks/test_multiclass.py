"""Several classes: what is kept of a vector of probabilities, and what metrics get of it again."""

import numpy as np
import polars as pl
import pytest

from sixfold.tasks import Floats
from sixfold.tasks.base import Counted
from sixfold.tasks.multiclass import Multiclass, log_loss

CLASSES = ("rain", "snow", "sun")
OF_THREE = Multiclass(CLASSES)


def _kept(task: Multiclass, labels: list[float], scores: list[list[float]]) -> Counted:
    """Return the rows that a metric gets of cells."""
    frame = pl.DataFrame({"label": labels, "score": scores})
    cells = frame.group_by(**task.cell(), maintain_order=True).agg(rows=pl.len(), **task.sums())
    return task.counted(cells)


@pytest.mark.parametrize(
    ("label", "expected"),
    [(0, [0.7, 0.15, 0.15]), (1, [0.7, 0.2, 0.1]), (2, [0.7, 0.2, 0.1])],  # what is not kept is spread evenly
)
def test_the_probabilities_of_prediction_and_label_are_kept_and_the_rest_is_even(
    label: float, expected: list[float]
) -> None:
    kept = _kept(OF_THREE, [label] * 2, [[0.7, 0.2, 0.1]] * 2)
    assert kept.scores.tolist() == [pytest.approx(expected)]
    assert (kept.labels.tolist(), kept.weights.tolist()) == ([label], [2])


def test_of_four_classes_the_two_that_are_not_kept_share_the_rest() -> None:
    kept = _kept(Multiclass((*CLASSES, "fog")), [1.0, 0.0], [[0.5, 0.2, 0.2, 0.1]] * 2)
    assert kept.scores.tolist() == [
        pytest.approx([0.5, 0.2, 0.15, 0.15]),
        pytest.approx([0.5, 0.5 / 3, 0.5 / 3, 0.5 / 3]),
    ]


def test_of_two_classes_nothing_is_left_to_spread() -> None:
    kept = _kept(Multiclass(("no", "yes")), [1.0, 0.0], [[0.7, 0.3], [0.7, 0.3]])
    assert kept.scores.tolist() == [pytest.approx([0.7, 0.3]), pytest.approx([0.7, 0.3])]


@pytest.mark.parametrize("tied", np.linspace(0.34, 0.49, 16))
def test_of_two_equal_classes_the_first_stays_the_prediction(tied: float) -> None:
    assert _kept(OF_THREE, [2.0], [[tied, tied, 1 - 2 * tied]]).scores.argmax(axis=1).tolist() == [0]


def test_the_largest_probability_falls_into_one_of_32_cells() -> None:
    edges = np.arange(32) / 32
    cells = [pl.DataFrame({"score": [[edge + more, 0.0] for edge in edges], "label": 0.0}) for more in (1e-6, 0.031)]
    low, high = (frame.select(OF_THREE.cell()["top_bin"].alias("bin"))["bin"].to_list() for frame in cells)
    assert low == high == list(range(32))


def test_a_probability_of_nothing_costs_34_nats_and_one_beyond_one_costs_none() -> None:
    wrong, beyond = [[1.0, 0.0, 0.0]], [[1 + 1e-6, 0.0, 0.0]]
    assert log_loss(np.array([1.0]), np.array(wrong)) == pytest.approx(-np.log(1e-15))
    assert log_loss(np.array([0.0]), np.array(beyond)) == 0
    assert log_loss(*_kept(OF_THREE, [1.0], wrong)) == pytest.approx(-np.log(1e-15))
    assert pl.DataFrame({"label": [0.0], "score": beyond}).select(OF_THREE.sums()["logs"]).item() == 0


def test_the_naive_score_is_how_often_each_class_occurs() -> None:
    frame = pl.DataFrame({"label": [0.0, 0.0, 1.0, 2.0]})
    assert frame.select(prior=OF_THREE.prior("label"))["prior"].to_list() == [[0.5, 0.25, 0.25]]


def test_the_calibration_is_that_of_the_predicted_class() -> None:
    scores: Floats = np.array([[0.7, 0.2, 0.1], [0.6, 0.3, 0.1]])
    assert OF_THREE.calibration_error(np.array([0.0, 1.0]), scores) == pytest.approx((0.3 + 0.6) / 2)
    assert np.isnan(OF_THREE.calibration_error(np.array([]), scores[:0]))


def test_a_vector_that_is_too_short_for_its_label_stops_nothing() -> None:
    frame = pl.DataFrame({"label": [2.0], "score": [[0.6, 0.4]]})
    assert frame.select(**OF_THREE.cell())["own_bin"].to_list() == [None]
