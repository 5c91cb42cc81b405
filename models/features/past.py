"""Features as they were known at a moment of the past: what a replayed request is answered from."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from models.candidate import View
from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from models.lake import Lake

_MICROSECONDS = 1_000_000


class PastReader:
    """Answers from the tables that the online store is filled from, read once and kept in memory.

    It gives what `models.features.historical.join_as_of` gives in a join, without the cost of a join for each request.

    Args:
        platform: where the lake is.
        package: the product's Python package.
        views: the product's feature views.

    """

    def __init__(self, platform: PlatformRefs, package: str, views: Iterable[View]) -> None:
        self._platform, self._package, self._views = platform, package, tuple(views)

    def read(self, rows: list[dict[str, str]], at: datetime) -> list[dict[str, float | None]]:
        """Return the features of each row of entity keys as known at a moment; None for what was not."""
        moment = round(at.timestamp() * _MICROSECONDS)
        found: list[dict[str, float | None]] = [{} for _ in rows]
        for names, keys, known in self._known:
            for row, features in zip(rows, found, strict=True):
                newest = _newest(known.get(tuple(row[key] for key in keys)), moment, len(names))
                features.update(zip(names, newest, strict=True))
        return found

    @cached_property
    def _known(self) -> "list[_View]":
        from models.lake import Lake  # noqa: PLC0415 - only a replay needs Iceberg and polars

        lake = Lake(self._platform, self._package)
        return [_index(lake, view) for view in self._views]


class _View(NamedTuple):
    """A view's features, its join keys, and by their values the moments (in order, microseconds) and what was known."""

    features: list[str]
    keys: list[str]
    known: Mapping[tuple[str, ...], tuple[npt.NDArray[np.int64], Any]]


def _index(lake: "Lake", view: View) -> _View:
    names, keys = list(view.features), list(view.keys)
    rows = lake.read(view.table).sort(*keys, view.moment)
    moments = rows[view.moment].dt.timestamp("us").to_numpy()
    values = rows.select(names).to_numpy()
    counts = rows.group_by(keys, maintain_order=True).len()
    ends = np.cumsum(counts["len"].to_numpy())
    parts = zip(counts.select(keys).rows(), ends - counts["len"].to_numpy(), ends, strict=True)
    return _View(names, keys, {entity: (moments[start:end], values[start:end]) for entity, start, end in parts})


def _newest(known: tuple[npt.NDArray[np.int64], Any] | None, moment: int, width: int) -> list[float | None]:
    place = int(np.searchsorted(known[0], moment, side="right")) if known else 0
    if not known or not place:
        return [None] * width
    return [None if value != value else float(value) for value in known[1][place - 1]]  # noqa: PLR0124 - nan is no value
