"""Labels and scores of every task, from the log and a label table in Iceberg to the live figure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from models.aws import open_catalog
from monitoring.evaluation.drifting import drifts
from monitoring.evaluation.run import Evaluation, Evaluator
from monitoring.evaluation.source import Source
from sixfold.contract import Product
from sixfold.drift import describe
from sixfold.outputs import PlatformRefs

Rows = Callable[..., list[dict[str, Any]]]
Log = Callable[[list[dict[str, Any]]], None]
CLASSES = ("rain", "snow", "sun")
MOMENT = pa.timestamp("us", tz="UTC")


@pytest.fixture
def of_task(product: Product, platform: PlatformRefs, log: Log, predictions: Rows) -> Callable[..., Evaluation]:
    """A function that evaluates predictions with these scores and labels by a metric of a task."""

    def evaluate(task: str, metric: str, scores: Sequence[Any], labels: Sequence[Any], kind: pa.DataType) -> Evaluation:
        changes = {"task": task, "classes": CLASSES if task == "multiclass" else ()}
        named = product.model_copy(
            update={**changes, "metric": product.metric.model_copy(update={"name": metric, "min_labels": 1})}
        )
        rows = [*predictions(len(scores)), *predictions(1, day=1)]  # the last is the product's now, and has no label
        for row, score in zip(rows, [*scores, scores[0]], strict=True):
            vector = score if isinstance(score, list) else None
            row |= {"score": max(vector) if vector else score, "scores": vector}
        log(rows)
        schema = pa.schema([("flight_id", pa.string()), ("known_at", MOMENT), ("late", kind)])
        known = [
            {"flight_id": row["label_key"], "known_at": row["time"] + timedelta(hours=3), "late": label}
            for row, label in zip(rows, labels, strict=False)
        ]
        open_catalog(platform).create_table(("labels", "flight_delays"), schema).append(
            pa.Table.from_pylist(known, schema)
        )
        found = Evaluator(named, Source(platform, named)).run(datetime.now(UTC))
        assert found
        return found

    return evaluate


def test_classes_are_measured_by_their_names(of_task: Callable[..., Evaluation]) -> None:
    scores = [[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.4, 0.1], [0.2, 0.2, 0.6]]
    found = of_task("multiclass", "accuracy", scores, ["rain", "snow", "sun", "sun"], pa.string())
    assert (found.figures[0].figure, found.figures[0].labelled) == (0.75, 4)


def test_a_class_that_the_contract_does_not_name_is_no_label(of_task: Callable[..., Evaluation]) -> None:
    found = of_task("multiclass", "accuracy", [[0.7, 0.2, 0.1]] * 2, ["rain", "hail"], pa.string())
    assert (found.figures[0].figure, found.figures[0].labelled) == (1.0, 1)


def test_one_label_of_2_does_not_stop_the_evaluation_of_yes_and_no(of_task: Callable[..., Evaluation]) -> None:
    found = of_task("binary", "brier", [0.5, 0.5, 0.5], [1.0, 0.0, 2.0], pa.float64())
    assert (found.figures[0].figure, found.figures[0].labelled) == (0.25, 2)


def test_numbers_are_measured_in_their_unit(of_task: Callable[..., Evaluation]) -> None:
    found = of_task("regression", "mae", [20.0, 21.0, 22.5], [21.0, 21.0, 20.0], pa.float64())
    assert found.figures[0].figure == pytest.approx(3.5 / 3)
    assert str(found.figures[0].calibration_error) == "nan"


def test_each_class_has_a_drift_of_its_own(of_task: Callable[..., Evaluation]) -> None:
    found = of_task("multiclass", "accuracy", [[0.7, 0.2, 0.1]] * 400, ["rain"] * 400, pa.string())
    reference = {f"score of {name}": describe(found.sample[f"score of {name}"].to_numpy()) for name in CLASSES}
    seen = drifts(found.sample, lambda _: reference, timedelta(0))
    assert {each.feature for each in seen} == reference.keys()
