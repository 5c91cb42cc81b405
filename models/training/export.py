"""LightGBM to ONNX: a model file that cannot run code, checked to give the same scores as the trained model."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from models.candidate import INPUT, score
from sixfold.errors import SixfoldError
from sixfold.metrics import Floats

OPSET = 15
TOLERANCE = 1e-6


def export(booster: Any, features: Floats, path: Path, name: str) -> float:  # noqa: ANN401 - untyped library
    """Write the booster to `path` and return the largest difference between the two on `features` [n, k].

    Raises:
        SixfoldError: they differ by more than `TOLERANCE`.

    """
    from lightgbm import Booster  # noqa: PLC0415 - only training needs it
    from onnxmltools import convert_lightgbm  # noqa: PLC0415 - pulls in every converter
    from onnxmltools.convert.common.data_types import FloatTensorType  # noqa: PLC0415 - the same

    single = Booster(model_str=in_single_precision(booster.model_to_string()))
    shape = [(INPUT, FloatTensorType([None, features.shape[1]]))]
    model = convert_lightgbm(single, name=name, initial_types=shape, target_opset=OPSET, zipmap=False)
    path.write_bytes(model.SerializeToString(deterministic=True))
    difference = float(np.max(np.abs(booster.predict(features) - score(path, features)), initial=0))
    if difference > TOLERANCE:
        raise SixfoldError(
            f"{path.name} differs from the trained model by {difference:.1e}, more than {TOLERANCE:.0e}",
            remedy="compare the versions of onnxmltools and lightgbm with requirements.lock",
        )
    return difference


def in_single_precision(model: str) -> str:
    """Return LightGBM's model text with each threshold rounded down to a float32.

    ONNX compares in float32, and rounding to the nearest lets a threshold reach the next value of a feature: 3e-3 off
    in the probabilities. Rounded down, `x <= threshold` says the same for every float32 x. The sizes of the trees,
    which change with it, are left out; LightGBM then reads the trees one after the other.
    """
    rounded = re.sub(r"(?m)^threshold=(.*)$", lambda line: f"threshold={_round_down(line[1])}", model)
    return re.sub(r"(?m)^tree_sizes=.*\n", "", rounded)


def _round_down(thresholds: str) -> str:
    exact = np.array(thresholds.split(), dtype=np.float64)
    nearest = exact.astype(np.float32)
    down = np.where(nearest > exact, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    return " ".join(repr(float(value)) for value in down)
