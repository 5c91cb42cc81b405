"""The interface of a task: what training, gate, live evaluation and rollout must know of labels and scores.

A score is a number, or a vector with a number for each class. In a frame it is a column of floats, or of lists of
floats; `values` gives either as an array, `[n]` or `[n, k]`.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from sixfold import prediction_log as log

Floats = npt.NDArray[np.floating]

STEPS_PER_OCTAVE = 8
"""A cell of `log_bin` is 9% wide: with means in the cells, a root of a mean square is off by 0.03% at most."""
_NOTHING, _ZERO = 1e-12, -1_000_000


class Measure(Protocol):
    """A metric as a function; nan where the rows do not tell."""

    def __call__(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        """Return the figure for `labels[n]`, `scores[n]` or `[n, k]`, and `weights[n]`: rows that each stands for."""


class Counted(NamedTuple):
    """Rows as a metric takes them: `labels[n]`, `scores[n]` or `[n, k]`, and how many rows each of them stands for."""

    labels: Floats
    scores: Floats
    weights: Floats


class Task(ABC):
    """A kind of task; `classes` are the names of the contract, empty where labels are numbers.

    Live evaluation groups rows into cells and keeps, of each cell, how many rows it has. `cell` names the columns that
    make a cell, `sums` those that are added up within one, and `counted` makes rows for a metric out of cells again.
    What those columns cost in memory must not grow with the number of rows.
    """

    metrics: ClassVar[Mapping[str, Measure]]
    """By name, as in `metric.name` of a product.yaml; training measures them all."""
    sections: ClassVar[tuple[str, ...]]
    """Plots of the evaluation report, keys of `models.gate.plots.SECTIONS`."""
    score_column: ClassVar[str] = log.SCORE
    """The column of the prediction log with the whole score."""
    rate: ClassVar[tuple[str, str] | None] = None
    """Title and format of the mean label, for tables by slice; None where a mean says nothing."""

    def __init__(self, classes: tuple[str, ...] = ()) -> None:
        self.classes = classes

    @classmethod
    def metric(cls, name: str) -> Measure | None:
        """Return the metric of that name, None where the task has none."""
        return cls.metrics.get(name)

    @property
    def width(self) -> int:
        """How many numbers a score has."""
        return 1

    @abstractmethod
    def encode(self, labels: pl.Series) -> pl.Series:
        """Return labels as numbers, null where one is outside of the task's domain."""

    @abstractmethod
    def domain(self) -> str:
        """Return which labels there are, as a part of a sentence."""

    def prior(self, label: str) -> pl.Expr:
        """Return the naive score of rows with these labels: their mean."""
        return pl.col(label).mean()

    @abstractmethod
    def cell(self) -> dict[str, pl.Expr]:
        """Return the columns of a cell's key, from `score` and `label`, which is null where no label is known."""

    def sums(self) -> dict[str, pl.Expr]:
        """Return the sums that a cell keeps beside its number of rows."""
        return {}

    @abstractmethod
    def counted(self, cells: pl.DataFrame) -> Counted:
        """Return the rows that cells with a label stand for."""

    @abstractmethod
    def calibration_error(self, labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
        """Return the mean distance between scores and the rates that they promise, nan where they promise none."""


def values(column: pl.Series) -> Floats:
    """Return a column of numbers as `[n]`, and one of lists as `[n, k]`."""
    if isinstance(column.dtype, pl.List):
        width = column.list.len().max() or 0
        found: Floats = column.list.to_array(width).to_numpy() if len(column) else np.empty((0, 0))  # type: ignore[arg-type] # a length
        return found
    return column.cast(pl.Float64).to_numpy()


def log_bin(value: pl.Expr) -> pl.Expr:
    """Return the number of the cell that a value falls into: cells grow with the value, and differ by its sign.

    Values of any size and unit so share some hundred cells; values below 1e-12 count as zero.
    """
    size = value.abs()
    octaves = size.clip(_NOTHING).log(2) * STEPS_PER_OCTAVE
    place = octaves.floor().cast(pl.Int32, strict=False) * 2 + (value > 0).cast(pl.Int32)
    return pl.when(size < _NOTHING).then(pl.lit(_ZERO, pl.Int32)).otherwise(place)


def reliability(outcomes: Floats, scores: Floats, weights: Floats | None = None, bins: int = 10) -> float:
    """Return the expected calibration error over bins of equal weight, nan without rows.

    It is the mean distance between rate and mean score of a bin (Naeini, Cooper and Hauskrecht, AAAI 2015). Rows of one
    score are in one bin, so that their order is of no matter.
    """
    if not len(outcomes):
        return float("nan")
    levels, at = np.unique(scores, return_inverse=True)
    given = np.ones(len(at)) if weights is None else np.asarray(weights, dtype=float)
    weight = np.bincount(at, given)
    gap = np.bincount(at, np.asarray(outcomes) * given) - levels * weight
    place = ((np.cumsum(weight) - weight / 2) * bins / weight.sum()).astype(int)
    return float(np.abs(np.bincount(place, gap)).sum() / weight.sum())
