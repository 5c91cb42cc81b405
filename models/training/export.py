"""A model file that cannot run code: ONNX, checked to give the same scores as the trained model."""

from pathlib import Path

import numpy as np

from models.candidate import score
from models.frameworks.base import Fitted
from sixfold.errors import SixfoldError
from sixfold.tasks.base import Floats

TOLERANCE = 2e-6
"""Of the largest score: float32 has 24 bits, and a sum of some hundred trees loses the last four of them."""


def export(model: Fitted, features: Floats, path: Path, name: str) -> float:
    """Write the model to `path`; return the largest difference between the two on `features` [n, k].

    Raises:
        SixfoldError: they differ by more than `TOLERANCE`, relative to the largest score, or in shape.

    """
    path.write_bytes(model.to_onnx(name, features.shape[1]))
    trained, written = model.score(features), score(path, features)
    if trained.shape != written.shape:
        raise SixfoldError(
            f"{path.name} gives scores {list(written.shape)} where the trained model gives {list(trained.shape)}",
            remedy="let the last output of `to_onnx` be the scores, as the framework's `score` returns them",
        )
    difference = float(np.max(np.abs(trained - written), initial=0))
    allowed = TOLERANCE * float(np.max(np.abs(trained), initial=1))
    if not difference <= allowed:
        raise SixfoldError(
            f"{path.name} differs from the trained model by {difference:.1e}, more than {allowed:.1e}",
            remedy="see that the model computes in float32 as it does in float64: scale features and label of large "
            "size, or choose an estimator whose converter is exact",
        )
    return difference
