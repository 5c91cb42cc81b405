"""LightGBM: boosted trees, of as many rounds as the validation period asks for."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from models.frameworks.base import INPUT, OPSET, SEED, Fitted, Params, Part, round_down
from sixfold.tasks.base import Floats

# One thread a model and no timing-based choice: the same data gives the same bytes.
REPRODUCIBLE: Params = {
    "seed": SEED, "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
}  # fmt: skip
PATIENCE = 30


class LightGBM:
    """Fits boosters; `rounds` among the parameters is the most trees, all others are LightGBM's own."""

    libraries = ("lightgbm", "onnxmltools")

    def fit(self, params: Params, train: Part, validate: Part | None = None) -> Fitted:
        """Return a booster; with a validation period it stops once that has not improved for `PATIENCE` rounds."""
        import lightgbm as lgb  # noqa: PLC0415 - loaded where it trains, which may be another machine

        own = {name: value for name, value in params.items() if name != "rounds"}
        data = lgb.Dataset(train.features, train.labels)
        watched = [lgb.Dataset(validate.features, validate.labels, reference=data)] if validate else []
        stop: list[Callable[..., Any]] = [lgb.early_stopping(PATIENCE, verbose=False)] if validate else []
        rounds = params.get("rounds", 100)
        booster = lgb.train({**own, **REPRODUCIBLE}, data, rounds, valid_sets=watched, callbacks=stop)
        return _Booster(booster, {**own, "rounds": booster.best_iteration if validate else rounds})


class _Booster:
    def __init__(self, booster: Any, params: Params) -> None:  # noqa: ANN401 - untyped library
        self._booster, self.params = booster, params

    def score(self, features: Floats) -> Floats:
        return np.asarray(self._booster.predict(features), dtype=np.float64)

    def importance(self) -> Floats | None:
        return np.asarray(self._booster.feature_importance("gain"), dtype=np.float64)

    def to_onnx(self, name: str, width: int) -> bytes:
        from lightgbm import Booster  # noqa: PLC0415 - only training needs it
        from onnxmltools import convert_lightgbm  # noqa: PLC0415 - pulls in every converter
        from onnxmltools.convert.common.data_types import FloatTensorType  # noqa: PLC0415 - the same

        single = Booster(model_str=in_single_precision(self._booster.model_to_string()))
        shape = [(INPUT, FloatTensorType([None, width]))]
        model = convert_lightgbm(single, name=name, initial_types=shape, target_opset=OPSET, zipmap=False)
        return bytes(model.SerializeToString(deterministic=True))


def in_single_precision(model: str) -> str:
    """Return LightGBM's model text with each threshold rounded down to a float32.

    The sizes of the trees, which change with it, are left out; LightGBM then reads the trees one after the other.
    """
    rounded = re.sub(r"(?m)^threshold=(.*)$", lambda line: f"threshold={_line(line[1])}", model)
    return re.sub(r"(?m)^tree_sizes=.*\n", "", rounded)


def _line(thresholds: str) -> str:
    return " ".join(repr(float(value)) for value in round_down(np.array(thresholds.split(), dtype=np.float64)))
