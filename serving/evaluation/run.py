"""One product evaluated: the days in its window, of which only those that changed are read again."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, Protocol

import polars as pl

from serving.evaluation import cells
from serving.evaluation.figures import Figure, figures
from serving.evaluation.join import attach, compact, features
from serving.evaluation.source import LogFile, clock
from sixfold.contract import Product

SAMPLE = 5_000
"""Of so many predictions a day the features are looked at: chance alone gives them a stability index of 0.002."""


class Tables(Protocol):
    """What `source.Source` offers."""

    def files(self) -> list[LogFile]:
        """Return the files of the prediction log."""

    def read(self, day: date) -> Iterable[pl.DataFrame]:
        """Yield the predictions of a day, part by part."""

    def sample(self, day: date, rows: int) -> pl.DataFrame:
        """Return about that many predictions of a day with their features."""

    def labels(self, since: datetime) -> pl.DataFrame:
        """Return what became known from a moment on, by label key."""

    def feedback(self, since: datetime) -> pl.DataFrame:
        """Return what consumers said from a moment on, by prediction id."""

    def versions(self) -> tuple[int | None, int | None]:
        """Return what changes when labels or feedback do."""


class Day(NamedTuple):
    """What is kept of a day; `state` and `changes_at` say whether it still holds."""

    state: tuple[object, ...]
    changes_at: datetime | None
    cells: pl.DataFrame
    sample: pl.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True)
class Evaluation:
    """What was found at `now`, the product's own time. `sample` has features as served; `read` days were looked at."""

    product: Product
    now: datetime
    figures: list[Figure]
    sample: pl.DataFrame
    counts: dict[str, int]
    read: tuple[date, ...]


class Evaluator:
    """Evaluates one product again and again.

    Args:
        product: its contract.
        tables: where its predictions and labels are.

    """

    def __init__(self, product: Product, tables: Tables) -> None:
        self._product, self._tables = product, tables
        self._days: dict[date, Day] = {}
        self._told = 0

    def run(self, wall: datetime) -> Evaluation | None:
        """Evaluate the window that ends now, in whole days; None where nothing was ever predicted."""
        files = self._tables.files()
        now = clock(files, wall)
        if now is None:
            return None
        metric = self._product.metric
        first = (now - timedelta(hours=metric.window_hours)).date()
        days = sorted({file.day for file in files if first <= file.day <= now.date()})
        versions = self._tables.versions()
        states = {day: (versions, sorted(file.path for file in files if file.day == day)) for day in days}
        stale = tuple(day for day in days if self._changed(day, states[day], now))
        if stale:
            since = datetime.combine(min(days), time(), UTC)
            known, told = self._tables.labels(since), self._tables.feedback(since)
            self._told = told.height
            for day in stale:
                self._days[day] = self._look_at(day, states[day], known, told, now)
        self._days = {day: self._days[day] for day in days}
        kept = self._days.values()
        counts = self._counted(kept)
        found = figures(self._product, cells.add([day.cells for day in kept])) if kept else []
        sample = pl.concat([day.sample for day in kept], how="diagonal") if kept else pl.DataFrame()
        return Evaluation(self._product, now, found, sample, counts, stale)

    def _counted(self, days: Collection[Day]) -> dict[str, int]:
        counts = {name: sum(day.counts[name] for day in days) for day in days for name in day.counts}
        # said of predictions that are not in the window, or that never were
        return counts | {"label_unknown": self._told - counts.pop("feedback_matched", 0)}

    def _changed(self, day: date, state: tuple[object, ...], now: datetime) -> bool:
        known = self._days.get(day)
        return known is None or known.state != state or (known.changes_at is not None and known.changes_at <= now)

    def _look_at(
        self, day: date, state: tuple[object, ...], known: pl.DataFrame, told: pl.DataFrame, now: datetime
    ) -> Day:
        slices = self._product.metric.slices
        rows = pl.concat([compact(part, slices) for part in self._tables.read(day)])
        joined = attach(rows, known, told, as_of=now, delay=timedelta(hours=self._product.metric.label_delay_hours))
        sample = features(self._tables.sample(day, SAMPLE))
        return Day(state, joined.changes_at, cells.count(joined.rows, slices), sample, joined.counts)
