"""The interface of a framework: how a model is fitted, how it scores, and how it becomes ONNX.

A product names one as `FRAMEWORK` in its `model.py`: one of this package, or its own object with these methods.
Frameworks import their library within methods, so that a run with nothing to do does not wait for it.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sixfold.tasks.base import Floats

Params = dict[str, Any]
INPUT = "features"
"""Name of the input of every ONNX file: float32 [n, k]. Its last output is the scores."""
OPSET = 15
SEED = 20130101


@dataclass(frozen=True)
class Part:
    """Features [n, k] as float32 with nan where missing, and labels [n]: numbers, or places of classes."""

    features: Floats
    labels: Floats


class Fitted(Protocol):
    """A model that was fitted."""

    @property
    def params(self) -> Params:
        """Parameters by which the same model is fitted without a validation period."""

    def score(self, features: Floats) -> Floats:
        """Return a score for each row of `features[n, k]`: `[n]`, or `[n, classes]`."""

    def importance(self) -> Floats | None:
        """Return the contribution of each feature, in any unit; None where the model does not tell."""

    def to_onnx(self, name: str, width: int) -> bytes:
        """Return the model as ONNX; its input is `INPUT`, float32 [n, width], and its last output the scores."""


class Framework(Protocol):
    """Fits models."""

    @property
    def libraries(self) -> tuple[str, ...]:
        """Distributions whose versions may change a model: a tuple of texts, which is read from the source too."""

    def fit(self, params: Params, train: Part, validate: Part | None = None) -> Fitted:
        """Return a model; with a validation period it may stop early. The same arguments give the same bytes."""


def round_down(thresholds: Floats) -> Floats:
    """Return each threshold as the largest float32 that is not above it, as float64.

    ONNX compares in float32, and rounding to the nearest lets a threshold reach the next value of a feature: 3e-3 off
    in a probability. Rounded down, `x <= threshold` says the same for every float32 x.
    """
    exact = np.asarray(thresholds, dtype=np.float64)
    nearest = exact.astype(np.float32)
    down = np.where(nearest > exact, np.nextafter(nearest, np.float32(-np.inf)), nearest)
    return np.asarray(down, dtype=np.float64)
