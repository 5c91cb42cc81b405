"""The model file: ONNX, a format that cannot run code."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from models.candidate import scores_of
from sixfold.errors import SixfoldError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Score = float | list[float]
"""A number, or the probability of each class."""


class Model:
    """A loaded model: a row of features in, a score out. Safe to call from many threads.

    Args:
        path: the `.onnx` file.
        width: how many features a row has.

    Raises:
        SixfoldError: it cannot be loaded, or does not score a row of that width.

    """

    def __init__(self, path: Path, width: int) -> None:
        import onnxruntime  # noqa: PLC0415 - half a second that a fetch with a bad digest need not wait for

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # a row takes microseconds: handing it to a pool takes longer
        options.inter_op_num_threads = 1
        options.log_severity_level = 4
        try:
            self._session: InferenceSession = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
            self._input = self._session.get_inputs()[0].name
            self._output = self._session.get_outputs()[-1].name
            self.score([[0.0] * width])
        except Exception as error:  # onnxruntime raises its own classes, all straight from Exception
            raise SixfoldError(
                f"the model {path.name} does not load, or does not score a row of {width} features: {error}",
                remedy="this release cannot be served: publish another one, and pin it in the stack file",
            ) from error

    def score(self, rows: Sequence[Sequence[float]]) -> list[Score]:
        """Return a score for each row of features, as `scores_of` reads the model's output; NaN is a missing one.

        Raises:
            ArithmeticError: a score is no number, which JSON could not carry.

        """
        import numpy as np  # noqa: PLC0415 - onnxruntime has loaded it by now

        (found,) = self._session.run([self._output], {self._input: np.asarray(rows, dtype=np.float32)})
        if not np.isfinite(found).all():
            raise ArithmeticError("the model's score of a row is no number")
        scores: list[Score] = scores_of(found, len(rows)).tolist()
        return scores
