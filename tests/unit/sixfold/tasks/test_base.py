"""What all tasks share: cells that grow with the value, calibration, and scores as arrays."""

import numpy as np
import polars as pl
import pytest

from models.gate.plots import SECTIONS
from sixfold.tasks import TASKS, values
from sixfold.tasks.base import log_bin, reliability


def _cells(given: list[float]) -> list[int]:
    return pl.DataFrame({"value": given}).select(bin=log_bin(pl.col("value")))["bin"].to_list()


def test_there_are_eight_cells_from_a_number_to_its_double() -> None:
    middles = [2 ** ((step + 0.5) / 8) for step in range(8)]
    assert len(set(_cells(middles))) == 8
    assert all(len(set(_cells([low * 1.001, low * 1.08]))) == 1 for low in (1.0, 2.0, 2**0.125, 1024.0))
    assert all(len(set(_cells([low / 1.001, low * 1.001]))) == 2 for low in (1.0, 2.0, 2**0.125, 1024.0))


def test_no_two_cells_of_any_size_or_sign_are_one() -> None:
    sizes = [2 ** ((step + 0.5) / 8) for step in range(-300, 300)]
    cells = _cells([*sizes, *(-size for size in sizes), 0.0])
    assert len(set(cells)) == len(cells) == 1201


def test_below_a_millionth_of_a_millionth_a_value_is_zero() -> None:
    zero, tiny, negative, least, above = _cells([0.0, 0.99e-12, -0.99e-12, 1e-12, 1.5e-12])
    assert zero == tiny == negative
    assert zero not in (least, above)


def test_the_calibration_error_is_over_ten_bins_of_equally_many_rows() -> None:
    scores, outcomes = (np.arange(20) + 0.5) / 20, np.arange(20) % 2.0  # each bin has rate 1/2 and score (2j + 1) / 20
    by_hand = np.mean([abs(0.5 - (2 * bin_ + 1) / 20) for bin_ in range(10)])
    assert reliability(outcomes, scores) == pytest.approx(by_hand)
    assert reliability(outcomes, scores, np.full(20, 3.0)) == pytest.approx(by_hand)


def test_a_score_belongs_to_the_bin_in_which_the_middle_of_its_rows_lies() -> None:
    apart = reliability(np.array([0.0, 1.0]), np.array([0.2, 0.6]), np.array([8.0, 2.0]), bins=2)
    assert apart == pytest.approx((8 * 0.2 + 2 * 0.4) / 10)


def test_without_rows_nothing_is_calibrated_or_not() -> None:
    assert np.isnan(reliability(np.array([]), np.array([])))


def test_scores_are_a_number_or_a_vector_a_row() -> None:
    assert values(pl.Series([1, 2])).tolist() == [1.0, 2.0]
    assert values(pl.Series([[0.1, 0.9], [0.3, 0.7]])).tolist() == [[0.1, 0.9], [0.3, 0.7]]
    assert values(pl.Series([], dtype=pl.List(pl.Float64))).shape == (0, 0)
    assert [TASKS[task](("a", "b")).width for task in TASKS] == [1, 2, 1]


@pytest.mark.parametrize("task", TASKS)
def test_every_section_of_a_report_has_a_plot(task: str) -> None:
    assert set(TASKS[task].sections) <= SECTIONS.keys()


def test_a_mean_label_is_a_rate_for_yes_and_no_and_a_mean_for_numbers() -> None:
    shown = {task: rate[1].format(0.123456) for task in TASKS if (rate := TASKS[task].rate)}
    assert shown == {"binary": "12.3%", "regression": "0.1235"}
    assert "positive" in (TASKS["binary"].rate or ())
