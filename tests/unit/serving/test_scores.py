"""What a release makes of rows and models of any task: the score, its columns in the log, and what stands for a gap."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from prometheus_client import CollectorRegistry
from pydantic import BaseModel

from models.candidate import Signature
from models.frameworks.base import Part
from models.frameworks.sklearn import Sklearn
from serving.lookup import Found
from serving.metrics import Identity, Metrics
from serving.model import Model
from serving.predictor import Predictor, Served


class Answer(BaseModel):
    """An answer that is the score itself."""

    score: Any


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """A function that gives a served model of two features, from an estimator and its labels."""

    def write(estimator: Any, labels: Sequence[float]) -> Model:
        rows = np.random.default_rng(0).random((len(labels), 2)).astype(np.float32)
        fitted = Sklearn(lambda: estimator).fit({}, Part(rows, np.array(labels)))
        (tmp_path / "model.onnx").write_bytes(fitted.to_onnx("test", 2))
        return Model(tmp_path / "model.onnx", 2)

    return write


def _served(model: Any, missing: dict[str, float]) -> Served:
    code: Any = SimpleNamespace(
        entities=lambda _: {}, label_key=lambda _: "k", request_features=lambda _: {}, predict=lambda s: Answer(score=s)
    )

    async def read(*_: Any) -> Found:
        return Found([{"a": 1.0}], "store")

    lookup: Any = SimpleNamespace(read=read)
    metrics = Metrics(Identity("p", "v1", "r"), set(), 100, CollectorRegistry())
    predictor = Predictor(code, Signature(features=("a", "b"), missing=missing), model, lookup, metrics)
    (served,) = asyncio.run(predictor.predict([Answer(score=0)], lambda: "id"))
    return served


def test_a_score_of_several_classes_is_a_probability_of_each(written: Any) -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - a second that collecting need not wait for

    served = _served(written(LogisticRegression(), [0, 1, 2] * 20), {"b": 0.5})
    assert sum(served.prediction["score"]) == pytest.approx(1)
    assert served.logged()["scores"] == served.prediction["score"]
    assert served.logged()["score"] == max(served.prediction["score"])


def test_a_score_of_yes_and_no_is_the_probability_of_yes(written: Any) -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the same

    served = _served(written(LogisticRegression(), [0, 1] * 30), {"b": 0.5})
    assert 0 < served.prediction["score"] < 1
    assert served.logged()["scores"] is None


def test_a_number_is_served_as_it_is(written: Any) -> None:
    from sklearn.linear_model import Ridge  # noqa: PLC0415 - the same

    served = _served(written(Ridge(alpha=1e9), [20.0, 22.0] * 10), {"b": 0.0})
    assert served.prediction["score"] == pytest.approx(21, abs=0.01)


@pytest.mark.parametrize(
    ("missing", "given"), [({}, [1.0, float("nan")]), ({"b": 7.0}, [1.0, 7.0]), ({"a": 9.0}, [1.0, float("nan")])]
)
def test_a_feature_that_is_not_known_becomes_what_the_product_declares(
    missing: dict[str, float], given: list[float]
) -> None:
    seen: list[list[float]] = []
    model = SimpleNamespace(score=lambda rows: seen.extend(rows) or [0.5])
    served = _served(model, missing)
    np.testing.assert_equal(seen, [given])
    assert served.features == {"a": 1.0, "b": None}  # the log keeps what was known
