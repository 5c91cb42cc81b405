import numpy as np
import pytest

from models.metrics import METRICS

LABELS, SCORES = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.1, 0.4, 0.35, 0.8])


@pytest.mark.parametrize(
    ("name", "value"),
    [("roc_auc", 0.75), ("average_precision", 0.8333), ("brier", 0.1581), ("log_loss", 0.4723)],
)
def test_a_metric_gives_the_figure_worked_out_by_hand(name: str, value: float) -> None:
    assert METRICS[name](LABELS, SCORES) == pytest.approx(value, abs=1e-4)


@pytest.mark.parametrize("name", ["roc_auc", "average_precision"])
def test_ranking_is_unknown_where_all_labels_are_the_same(name: str) -> None:
    assert np.isnan(METRICS[name](np.ones(3), SCORES[:3]))
