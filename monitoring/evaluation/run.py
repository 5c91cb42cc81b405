"""Evaluates one product over the days of its window; only days with changes are joined again."""

import logging
import shutil
import tempfile
import weakref
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol

import polars as pl

from monitoring.evaluation import cells
from monitoring.evaluation.copies import DamagedError, Listing
from monitoring.evaluation.figures import Figure, figures
from monitoring.evaluation.join import ODDITIES, attach, features
from monitoring.evaluation.source import LogFile, clock
from monitoring.evaluation.store import Seen, Store
from sixfold.contract import Product
from sixfold.tasks import task_of

_log = logging.getLogger("sixfold.evaluation")
SAMPLE = 5_000
"""Of so many predictions a day the features are looked at: chance alone gives them a stability index of 0.002."""


class Tables(Protocol):
    """Interface of `source.Source`."""

    def files(self) -> list[LogFile]:
        """Return the files of the prediction log."""

    def log(self, day: date) -> Listing:
        """Return the predictions of a day."""

    def sample(self, day: date, rows: int) -> pl.DataFrame:
        """Return about that many predictions of a day with their features."""

    def labels(self, since: datetime) -> Listing:
        """Return the labels that became known from a moment on, by label key."""

    def feedback(self, since: datetime) -> Listing:
        """Return the feedback of consumers from a moment on, by prediction id."""

    def versions(self) -> tuple[int | None, int | None]:
        """Return the snapshots of labels and feedback: while they stay, so do the labels."""


class Day(NamedTuple):
    """Kept results of a day; `files`, `seen` and `changes_at` tell whether they are still valid."""

    files: frozenset[str]
    seen: Seen
    changes_at: datetime | None
    cells: pl.DataFrame
    sample: pl.DataFrame
    counts: dict[str, int]


@dataclass(frozen=True)
class Evaluation:
    """Results at `now`, the product's own time. `sample` has features as served; `read` are the evaluated days."""

    product: Product
    now: datetime
    figures: list[Figure]
    sample: pl.DataFrame
    counts: dict[str, int]
    read: tuple[date, ...]


class Evaluator:
    """Evaluates one product repeatedly, from what the last evaluation kept.

    Args:
        product: its contract.
        tables: where its predictions and labels are.
        folder: for its copy of them: 60 bytes a prediction of the window, 24 a label; left out, a temporary one.
        trained: the values of slices that each release saw in training.

    """

    def __init__(
        self,
        product: Product,
        tables: Tables,
        folder: Path | None = None,
        trained: cells.Trained = lambda _: {},
    ) -> None:
        self._product, self._task, self._tables, self._trained = product, task_of(product), tables, trained
        own = folder or Path(tempfile.mkdtemp(prefix="sixfold-evaluation-"))
        if folder is None:
            weakref.finalize(self, shutil.rmtree, own, ignore_errors=True)
        self._folder = own
        self._forget()

    def _forget(self) -> None:
        self._store = Store(self._folder)
        self._days: dict[date, Day] = {}
        self._known: tuple[object, tuple[Listing, Listing]] | None = None

    def run(self, wall: datetime) -> Evaluation | None:
        """Evaluate the window that ends now, in whole days; None where nothing was ever predicted.

        Where its copy on the disk is damaged, all is read from the lake again.
        """
        try:
            return self._run(wall)
        except DamagedError as error:
            _log.warning("the copy in %s is damaged and made anew: %s", self._folder, error)
            self._forget()
            return self._run(wall)

    def _run(self, wall: datetime) -> Evaluation | None:
        files = self._tables.files()
        now = clock(files, wall)
        if now is None:
            return None
        first = (now - timedelta(hours=self._product.metric.window_hours)).date()
        log = [file for file in files if first <= file.day <= now.date()]
        days = sorted({file.day for file in log})
        if days:
            self._follow(log, datetime.combine(days[0], time(), UTC))
        paths = {day: frozenset(file.path for file in log if file.day == day) for day in days}
        stale = tuple(day for day in days if self._changed(day, paths[day], now))
        for day in stale:
            self._days[day] = self._look_at(day, paths[day], now)
        self._days = {day: self._days[day] for day in days}
        self._store.keep(set(days))
        kept = self._days.values()
        parts = cells.add(self._task, [day.cells for day in kept]) if kept else None
        found = [] if parts is None else figures(self._product, cells.fold(self._task, parts, self._trained))
        sample = pl.concat([day.sample for day in kept], how="diagonal") if kept else pl.DataFrame()
        return Evaluation(self._product, now, found, sample, self._counted(kept), stale)

    def _follow(self, log: list[LogFile], since: datetime) -> None:
        """Bring labels and feedback in step; where there are more rows than buckets for them, all is read again."""
        state = (since, self._tables.versions())
        if self._known is None or self._known[0] != state:
            self._known = state, (self._tables.labels(since), self._tables.feedback(since))
        rows: Counter[date] = Counter()
        for file in log:
            rows[file.day] += file.rows
        if not self._store.fit(max(rows.values()), max(listing.rows for listing in self._known[1])):
            self._days = {}
        for copy, listing in zip((self._store.labels, self._store.told), self._known[1], strict=True):
            copy.follow(listing)

    def _counted(self, days: Collection[Day]) -> dict[str, int]:
        counts = {name: sum(day.counts[name] for day in days) for day in days for name in day.counts}
        # said of predictions that are not in the window, or that never were
        unknown = self._store.told.rows.height - counts.pop("feedback_matched", 0)
        return dict.fromkeys(ODDITIES, 0) | counts | self._store.odd | {"label_unknown": unknown}

    def _changed(self, day: date, files: frozenset[str], now: datetime) -> bool:
        known = self._days.get(day)
        if known is None or known.files != files or (known.changes_at is not None and known.changes_at <= now):
            return True
        if self._store.concerns(day, known.seen):
            return True
        self._days[day] = known._replace(seen=self._store.seen)
        return False

    def _look_at(self, day: date, files: frozenset[str], now: datetime) -> Day:
        metric, known = self._product.metric, self._days.get(day)
        delay = timedelta(hours=metric.label_delay_hours)
        if known is None or known.files != files:
            self._store.follow(day, self._tables.log(day))
            sample = features(self._task, self._tables.sample(day, SAMPLE))
        else:
            sample = known.sample
        counted: list[pl.DataFrame] = []
        counts, moments = Counter[str](), []
        for rows, labels, told in self._store.buckets(day):
            joined = attach(
                rows, labels, told, as_of=now, delay=delay, overrides=self._product.feedback.overrides_labels
            )
            fresh = cells.count(self._task, joined.rows, metric.slices)
            counted = [cells.add(self._task, [*counted, fresh])]
            counts.update(joined.counts)
            moments += [joined.changes_at] if joined.changes_at else []
        slim = cells.fold(self._task, counted[0], self._trained)
        return Day(files, self._store.seen, min(moments, default=None), slim, sample, dict(counts))
