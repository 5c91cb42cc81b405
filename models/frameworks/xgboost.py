"""XGBoost: boosted trees, of as many rounds as the validation period asks for."""

from typing import Any

import numpy as np

from models.frameworks.base import INPUT, OPSET, SEED, Fitted, Params, Part
from sixfold.tasks.base import Floats

# One thread a model: the same data gives the same bytes.
REPRODUCIBLE: Params = {"seed": SEED, "nthread": 1, "verbosity": 0}
PATIENCE = 30


class XGBoost:
    """Fits boosters; `rounds` among the parameters is the most trees, all others are XGBoost's own.

    The distribution is `xgboost-cpu`: the same library without the parts for graphics cards.
    """

    libraries = ("xgboost-cpu", "onnxmltools")

    def fit(self, params: Params, train: Part, validate: Part | None = None) -> Fitted:
        """Return a booster; with a validation period it stops once that has not improved for `PATIENCE` rounds."""
        import xgboost as xgb  # noqa: PLC0415 - loaded where it trains, which may be another machine

        own = {name: value for name, value in params.items() if name != "rounds"}
        rounds = params.get("rounds", 100)
        watched = [(xgb.DMatrix(validate.features, validate.labels), "validate")] if validate else []
        booster = xgb.train(
            {**own, **REPRODUCIBLE},
            xgb.DMatrix(train.features, train.labels),
            rounds,
            evals=watched,
            early_stopping_rounds=PATIENCE if validate else None,
            verbose_eval=False,
        )
        best = booster.best_iteration + 1 if validate else rounds
        return _Booster(booster[:best], {**own, "rounds": best}, train.features.shape[1])


class _Booster:
    def __init__(self, booster: Any, params: Params, width: int) -> None:  # noqa: ANN401 - untyped library
        self._booster, self.params, self._width = booster, params, width

    def score(self, features: Floats) -> Floats:
        import xgboost as xgb  # noqa: PLC0415 - see fit

        return np.asarray(self._booster.predict(xgb.DMatrix(features)), dtype=np.float64)

    def importance(self) -> Floats | None:
        gains = self._booster.get_score(importance_type="total_gain")
        return np.array([gains.get(f"f{place}", 0.0) for place in range(self._width)], dtype=np.float64)

    def to_onnx(self, name: str, width: int) -> bytes:
        from onnxmltools import convert_xgboost  # noqa: PLC0415 - pulls in every converter
        from onnxmltools.convert.common.data_types import FloatTensorType  # noqa: PLC0415 - the same

        shape = [(INPUT, FloatTensorType([None, width]))]
        model = convert_xgboost(self._booster, name=name, initial_types=shape, target_opset=OPSET)
        return bytes(model.SerializeToString(deterministic=True))
