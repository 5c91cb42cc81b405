"""scikit-learn: any estimator or pipeline that skl2onnx can write."""

from collections.abc import Callable
from typing import Any

import numpy as np

from models.frameworks.base import INPUT, OPSET, Fitted, Params, Part, round_down
from sixfold.tasks.base import Floats


class Sklearn:
    """Fits what `build(**params)` returns: a regressor, or a classifier that has `predict_proba`.

    Args:
        build: an estimator's class, or a function that returns an estimator or a pipeline. What draws at random needs a
            `random_state` among its parameters, or the same data gives another model.

    """

    libraries = ("scikit-learn", "skl2onnx")

    def __init__(self, build: Callable[..., Any]) -> None:
        self._build = build

    def fit(self, params: Params, train: Part, validate: Part | None = None) -> Fitted:  # noqa: ARG002 - the interface
        """Return a fitted estimator; its parameters say how long it is fitted, not the validation period."""
        estimator = self._build(**params)
        estimator.fit(train.features, train.labels)
        return _Estimator(estimator, params)


class _Estimator:
    def __init__(self, estimator: Any, params: Params) -> None:  # noqa: ANN401 - untyped library
        _in_single_precision(estimator)
        self._estimator, self.params = estimator, params

    @property
    def _classifies(self) -> bool:
        return hasattr(self._estimator, "predict_proba")

    def score(self, features: Floats) -> Floats:
        if not self._classifies:
            return np.asarray(self._estimator.predict(features), dtype=np.float64).ravel()
        found = np.asarray(self._estimator.predict_proba(features), dtype=np.float64)
        return found[:, 1] if found.shape[1] <= 2 else found  # noqa: PLR2004 - the probability of yes

    def importance(self) -> Floats | None:
        last = _last(self._estimator)
        if hasattr(last, "feature_importances_"):
            return np.asarray(last.feature_importances_, dtype=np.float64)
        if hasattr(last, "coef_"):
            return np.asarray(np.abs(np.atleast_2d(last.coef_)).sum(axis=0), dtype=np.float64)
        return None

    def to_onnx(self, name: str, width: int) -> bytes:
        from skl2onnx import convert_sklearn  # noqa: PLC0415 - pulls in every converter
        from skl2onnx.common.data_types import FloatTensorType  # noqa: PLC0415 - the same

        model = convert_sklearn(
            self._estimator,
            name=name,
            initial_types=[(INPUT, FloatTensorType([None, width]))],
            target_opset=OPSET,
            options={"zipmap": False} if self._classifies else None,
        )
        return bytes(model.SerializeToString(deterministic=True))


def _last(estimator: Any) -> Any:  # noqa: ANN401 - untyped library
    return estimator[-1] if hasattr(estimator, "steps") else estimator


def _in_single_precision(estimator: Any) -> None:  # noqa: ANN401 - untyped library
    """Round the thresholds of trees down to a float32, in place: the model then says the same as its ONNX."""
    last = _last(estimator)
    for stage in getattr(last, "_predictors", ()):  # histogram gradient boosting
        for tree in stage:
            tree.nodes["num_threshold"] = round_down(tree.nodes["num_threshold"])
    trees = np.ravel(getattr(last, "estimators_", ())).tolist() or [last]
    for tree in trees:
        if hasattr(tree, "tree_"):
            tree.tree_.threshold[:] = round_down(tree.tree_.threshold)
