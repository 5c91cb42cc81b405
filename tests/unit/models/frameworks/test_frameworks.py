"""Every framework fits every task, says the same as its ONNX, and gives the same bytes for the same data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.candidate import score
from models.frameworks.base import Framework, Part, round_down
from models.frameworks.lightgbm import LightGBM
from models.frameworks.sklearn import Sklearn
from models.frameworks.xgboost import XGBoost
from models.training.export import export
from sixfold.errors import SixfoldError
from sixfold.tasks import TASKS, Floats

CLASSES = ("a", "b", "c")


def _linear(**params: Any) -> Any:
    return make_pipeline(SimpleImputer(), StandardScaler(), Ridge(**params))


def _logistic(**params: Any) -> Any:
    return make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(**params))


def _forest(kind: Any) -> Framework:
    return Sklearn(lambda **params: make_pipeline(SimpleImputer(), kind(n_estimators=20, random_state=0, **params)))


FRAMEWORKS: dict[str, tuple[str, Framework, dict[str, Any]]] = {
    "lightgbm, yes or no": ("binary", LightGBM(), {"objective": "binary", "rounds": 40}),
    "lightgbm, classes": ("multiclass", LightGBM(), {"objective": "multiclass", "num_class": 3, "rounds": 40}),
    "lightgbm, a number": ("regression", LightGBM(), {"objective": "regression", "rounds": 40}),
    "xgboost, yes or no": ("binary", XGBoost(), {"objective": "binary:logistic", "rounds": 40}),
    "xgboost, classes": ("multiclass", XGBoost(), {"objective": "multi:softprob", "num_class": 3, "rounds": 40}),
    "xgboost, a number": ("regression", XGBoost(), {"objective": "reg:squarederror", "rounds": 40}),
    "sklearn, yes or no": ("binary", Sklearn(HistGradientBoostingClassifier), {"random_state": 0}),
    "sklearn, classes": ("multiclass", Sklearn(HistGradientBoostingClassifier), {"random_state": 0}),
    "sklearn, a number": ("regression", Sklearn(HistGradientBoostingRegressor), {"random_state": 0}),
    "a pipeline, yes or no": ("binary", Sklearn(_logistic), {}),
    "a pipeline, classes": ("multiclass", Sklearn(_logistic), {}),
    "a pipeline, a number": ("regression", Sklearn(_linear), {"alpha": 2.0}),
    "a forest, classes": ("multiclass", _forest(RandomForestClassifier), {"max_depth": 5}),
    "a forest, a number": ("regression", _forest(RandomForestRegressor), {"max_depth": 5}),
}
EACH = pytest.mark.parametrize(("task", "framework", "params"), FRAMEWORKS.values(), ids=FRAMEWORKS)


def _part(task: str, seed: int = 7) -> Part:
    """Rows with gaps, whose values lie so close that a rounded threshold would put some on the other side."""
    random = np.random.default_rng(seed)
    features = (1000 + random.integers(0, 200, (2000, 4)) * 2**-14).astype(np.float32)
    signal = (features[:, 0].astype(float) - 1000) * 2**14 / 200 + random.normal(0, 0.2, 2000)
    features[random.random((2000, 4)) < 0.1] = np.nan
    labels: Floats = {"binary": signal > 0.5, "multiclass": np.digitize(signal, [0.3, 0.7])}.get(task, signal)
    return Part(features, labels.astype(float))


@EACH
def test_onnx_says_the_same_as_the_model(
    task: str, framework: Framework, params: dict[str, Any], tmp_path: Path
) -> None:
    part, path = _part(task), tmp_path / "model.onnx"
    export(framework.fit(params, part), part.features, path, "test")
    scores = score(path, part.features)
    assert scores.shape == ((2000, 3) if task == "multiclass" else (2000,))


@EACH
def test_the_same_data_gives_the_same_bytes(task: str, framework: Framework, params: dict[str, Any]) -> None:
    first, second = (framework.fit(params, _part(task)).to_onnx("test", 4) for _ in range(2))
    assert first == second


@EACH
def test_a_model_learns_more_than_nothing(task: str, framework: Framework, params: dict[str, Any]) -> None:
    model, other = framework.fit(params, _part(task), _part(task, 8)), _part(task, 9)
    name = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "r2"}[task]
    assert TASKS[task].metrics[name](other.labels, model.score(other.features)) > 0.4


@EACH
def test_what_a_trial_settled_is_fitted_again_without_a_validation_period(
    task: str, framework: Framework, params: dict[str, Any]
) -> None:
    settled = framework.fit(params, _part(task), _part(task, 8)).params
    assert framework.fit(settled, _part(task)).params == settled
    assert settled.get("rounds", 0) <= params.get("rounds", 0)


def test_a_model_file_that_says_something_else_is_refused(tmp_path: Path) -> None:
    part = _part("regression")
    model = LightGBM().fit({"objective": "regression", "rounds": 10}, part)
    model.score = lambda features: np.full(len(features), 1.0)  # type: ignore[method-assign] # as if the converter erred
    with pytest.raises(SixfoldError, match="differs from the trained model"):
        export(model, part.features, tmp_path / "model.onnx", "test")


def test_a_threshold_rounded_down_parts_every_float32_as_it_did() -> None:
    exact = np.array([0.1, 1000.000061, -3.3, 2.0])
    rounded = round_down(exact)
    assert (rounded <= exact).all()
    assert (rounded == rounded.astype(np.float32)).all()
    assert (np.nextafter(rounded.astype(np.float32), np.float32(np.inf)) > exact).all()
