"""One of several classes: labels are their names, and a score is a probability for each, in the contract's order."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import polars as pl

from sixfold import prediction_log as log
from sixfold.tasks.base import Counted, Floats, Measure, Task, log_bin, reliability

_BANDS = 32
"""Into so many cells the largest probability is counted."""
_LEAST = 1e-15


def accuracy(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the share of rows whose most probable class is the right one (0 to 1); nan without rows."""
    return float(np.average(_top(scores) == labels, weights=weights)) if len(labels) else float("nan")


def log_loss(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean negative log-likelihood in nats (0 is best); nan without rows."""
    if not len(labels):
        return float("nan")
    own = np.clip(scores[np.arange(len(labels)), labels.astype(int)], _LEAST, 1)
    return float(np.average(-np.log(own), weights=weights))


def macro_f1(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """Return the mean F1 score of the classes that occur or are predicted (0 to 1); nan without rows."""
    from sklearn.metrics import f1_score  # noqa: PLC0415 - a second that readers of the vocabulary need not wait

    if not len(labels):
        return float("nan")
    return float(f1_score(labels, _top(scores), average="macro", sample_weight=weights, zero_division=0))


class Multiclass(Task):
    """Labels are names of the contract's `classes`, or their places in it, from 0.

    A cell has a predicted class, a label, and the probabilities of both to within some per cent. Whatever else a score
    says is not kept: metrics get the rest of the probability spread evenly over the other classes.
    """

    metrics: ClassVar[Mapping[str, Measure]] = {"accuracy": accuracy, "log_loss": log_loss, "macro_f1": macro_f1}
    sections: ClassVar[tuple[str, ...]] = ("confusion", "confidence")
    score_column: ClassVar[str] = log.SCORES

    @property
    def width(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def encode(self, labels: pl.Series) -> pl.Series:
        """Return the place of each class, null for what is none."""
        if labels.dtype in (pl.String, pl.Categorical, pl.Enum):
            places = {name: float(place) for place, name in enumerate(self.classes)}
            return labels.cast(pl.String).replace_strict(places, default=None, return_dtype=pl.Float64)
        numbers = labels.cast(pl.Float64, strict=False)
        return numbers.set(~numbers.is_in([float(place) for place in range(self.width)]), None)

    def domain(self) -> str:
        """Return which labels there are."""
        return f"one of {', '.join(self.classes)}"

    def prior(self, label: str) -> pl.Expr:
        """Return the frequency of each class."""
        return pl.concat_list((pl.col(label) == place).mean() for place in range(self.width))

    def cell(self) -> dict[str, pl.Expr]:
        """Return predicted class, label, and where the probabilities of both lie."""
        top = pl.col("score").list.max()
        return {
            "top": pl.col("score").list.arg_max().cast(pl.Int32),
            "label": pl.col("label"),
            "top_bin": (top * _BANDS).floor().cast(pl.Int32),
            "own_bin": log_bin(_own()),
        }

    def sums(self) -> dict[str, pl.Expr]:
        """Return the sums of the largest probability, and of the logarithm of the label's own."""
        return {
            "tops": pl.col("score").list.max().sum(),
            "logs": _own().clip(_LEAST, 1).log().sum(),
        }

    def counted(self, cells: pl.DataFrame) -> Counted:
        """Return a row for each cell."""
        rows, labels, top = (cells[name].to_numpy().astype(float) for name in ("rows", "label", "top"))
        of, at = np.arange(len(rows)), (labels.astype(int), top.astype(int))
        highest, own = cells["tops"].to_numpy() / rows, np.exp(cells["logs"].to_numpy() / rows)
        right = at[0] == at[1]
        others = np.where(right, self.width - 1, self.width - 2)
        rest = np.maximum(1 - highest - np.where(right, 0, own), 0) / np.maximum(others, 1)
        first = np.where(right, own, highest)
        scores = np.repeat(np.minimum(rest, first * (1 - 1e-9))[:, None], self.width, axis=1)
        scores[of, at[0]] = own
        scores[of, at[1]] = first
        return Counted(labels, scores, rows)

    def calibration_error(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        """Return the expected calibration error of the most probable class."""
        if not len(labels):
            return float("nan")
        return reliability((_top(scores) == labels).astype(float), scores.max(axis=1), weights)


def _own() -> pl.Expr:
    return pl.col("score").list.get(pl.col("label").cast(pl.Int32), null_on_oob=True)


def _top(scores: Floats) -> Floats:
    return np.asarray(np.argmax(scores, axis=1), dtype=float)
