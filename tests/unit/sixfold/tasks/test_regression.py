"""Numbers: quantile losses, and what a cell keeps of scores and errors."""

import numpy as np
import polars as pl
import pytest

from sixfold.tasks.regression import Regression

NUMBERS = Regression()


@pytest.mark.parametrize(
    ("name", "value"),
    [("pinball_90", (0.9 + 0.2) / 2), ("pinball_10", (0.1 + 1.8) / 2), ("pinball_5", (0.05 + 1.9) / 2)],
)
def test_too_low_costs_the_quantile_and_too_high_the_rest(name: str, value: float) -> None:
    measure = NUMBERS.metric(name)
    assert measure
    assert measure(np.array([1.0, 1.0]), np.array([0.0, 3.0])) == pytest.approx(value)


@pytest.mark.parametrize("name", ["pinball_0", "pinball_100", "pinball_", "a_pinball_9"])
def test_a_quantile_is_from_1_to_99(name: str) -> None:
    assert NUMBERS.metric(name) is None
    assert NUMBERS.metric("pinball_1")
    assert NUMBERS.metric("pinball_99")


def test_a_cell_keeps_mean_error_and_spread() -> None:
    frame = pl.DataFrame({"label": [6.0, 6.0, 8.0, 12.0], "score": [5.0, 5.0, 9.0, 11.0], "cell": [0, 0, 1, 1]})
    cells = frame.group_by("cell", maintain_order=True).agg(rows=pl.len(), **NUMBERS.sums())
    kept = NUMBERS.counted(cells)
    assert kept.scores.tolist() == [5, 9, 5, 11]
    assert kept.labels.tolist() == [6, 9, 6, 11]
    assert kept.weights.tolist() == [1, 1, 1, 1]


def test_a_number_promises_no_rate() -> None:
    assert np.isnan(NUMBERS.calibration_error(np.ones(2), np.ones(2)))
