"""What live evaluation keeps of rows says the same as the rows, in a memory that does not grow with them."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from monitoring.evaluation import cells
from monitoring.evaluation.join import CATEGORY
from sixfold.tasks import TASKS, Floats, Task

CLASSES = ("a", "b", "c")
ABOUT = {"api_version": "v1", "release": "r", "shadow": False, "due": True}


def _rows(task: str, count: int, seed: int = 0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    match task:
        case "binary":
            scores = random.beta(2, 5, count)
            return (random.random(count) < scores).astype(float), scores
        case "multiclass":
            scores = random.dirichlet((2, 1, 0.5), count)
            return np.array([random.choice(3, p=score) for score in scores], dtype=float), scores
        case _:
            scores = 1000 + random.gamma(2, 5, count)  # far from zero: a spread that is small beside the size
            return scores + random.normal(0, 3, count), scores


def _counted(task: Task, labels: Any, scores: Any) -> pl.DataFrame:
    frame = pl.DataFrame({"label": labels, "score": np.asarray(scores).tolist()}).with_columns(
        **{name: pl.lit(value) for name, value in ABOUT.items()},
        time=pl.datetime(2026, 1, 1, time_zone="UTC"),
        known_at=pl.datetime(2026, 1, 2, time_zone="UTC"),
    )
    return cells.count(task, frame.with_columns(pl.col("api_version", "release").cast(CATEGORY)), ())


@pytest.mark.parametrize(("task", "metric"), [(task, name) for task, kind in TASKS.items() for name in kind.metrics])
def test_a_metric_of_cells_is_that_of_the_rows(task: str, metric: str) -> None:
    kind, (labels, scores) = TASKS[task](CLASSES if task == "multiclass" else ()), _rows(task, 20_000)
    kept = kind.counted(_counted(kind, labels, scores))
    assert kind.metrics[metric](*kept) == pytest.approx(kind.metrics[metric](labels, scores), rel=2e-3)


@pytest.mark.parametrize("task", TASKS)
def test_ten_times_the_rows_are_hardly_more_cells(task: str) -> None:
    kind = TASKS[task](CLASSES if task == "multiclass" else ())
    few, many = (_counted(kind, *_rows(task, rows)).height for rows in (20_000, 200_000))
    assert many < 3 * few
    assert many < 20_000


@pytest.mark.parametrize("task", TASKS)
def test_cells_of_two_days_add_up_to_those_of_both(task: str) -> None:
    kind = TASKS[task](CLASSES if task == "multiclass" else ())
    days = [_rows(task, 2_000, seed) for seed in (1, 2)]
    apart = cells.add(kind, [_counted(kind, *day) for day in days])
    whole = _counted(kind, *(np.concatenate(both) for both in zip(*days, strict=True)))
    for name, metric in kind.metrics.items():
        assert metric(*kind.counted(apart)) == pytest.approx(metric(*kind.counted(whole)), rel=1e-9), name


def test_rows_without_a_label_are_counted_and_not_measured() -> None:
    kind = TASKS["regression"]()
    counted = _counted(kind, [None, 1.0], [2.0, 3.0])
    assert counted["rows"].sum() == 2
    assert kind.counted(counted.filter("labelled")).weights.sum() == 1


@pytest.mark.parametrize("score", [0.0, 1.0, float("nan"), float("inf"), -1e300])
def test_no_score_stops_the_counting(score: float) -> None:
    assert _counted(TASKS["regression"](), [1.0, 1.0], [score, 2.0])["rows"].sum() == 2
