"""The copies of one product's window, all with the same number of buckets: predictions by day, labels, feedback."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl

from monitoring.evaluation.copies import (
    Buckets,
    Copy,
    Listing,
    Stamp,
)

DAY_ROWS = 500_000
KNOWN_ROWS = 2_000_000
"""A bucket has about so many predictions of a day, and so many labels, at most."""

Seen = tuple[Stamp, Stamp]


def clear(place: Path) -> None:
    """Delete a folder, or a file that lies where one should be."""
    if place.is_symlink() or place.is_file():
        place.unlink()
    shutil.rmtree(place, ignore_errors=True)


class Store:
    """Local copies of one product's tables.

    Args:
        folder: for its files alone; whatever lies there goes, a file in its place too.

    """

    def __init__(self, folder: Path) -> None:
        clear(folder)
        self._folder, self.number = folder, 1
        self.labels, self.told = (Copy(folder / name, 1, "key") for name in ("labels", "told"))
        self.days: dict[date, Copy] = {}

    def fit(self, day_rows: int, known_rows: int) -> bool:
        """Return whether that many rows fit; otherwise delete all copies, and use more buckets."""
        needed = -(-max(day_rows * KNOWN_ROWS, known_rows * DAY_ROWS) // (DAY_ROWS * KNOWN_ROWS))
        if needed <= self.number:
            return True
        self.number = max(needed, 2 * self.number)
        self.keep(set())
        for copy in (self.labels, self.told):
            copy.restart(self.number)
        return False

    def keep(self, days: set[date]) -> None:
        """Delete the copies of all other days."""
        for day in self.days.keys() - days:
            self.days.pop(day).restart(self.number)

    def follow(self, day: date, listing: Listing) -> None:
        """Bring the copy of a day in step with the log."""
        if day not in self.days:
            self.days[day] = Copy(self._folder / f"{day}", self.number, "key")
        self.days[day].follow(listing)

    @property
    def odd(self) -> Counter[str]:
        """How many rows of all copies did not count, by kind."""
        return sum((copy.odd for copy in (self.labels, self.told, *self.days.values())), Counter[str]())

    @property
    def seen(self) -> Seen:
        """The state of labels and feedback."""
        return self.labels.stamp, self.told.stamp

    def concerns(self, day: date, seen: Seen) -> bool:
        """Return whether labels or feedback since then belong to a prediction of that day."""
        for copy, before, by in zip((self.labels, self.told), seen, ("key", "id"), strict=True):
            if copy.stamp.generation != before.generation:
                return True
            if copy.stamp != before and self.days[day].meets(copy.rows, by, before.parts):
                return True
        return False

    def buckets(self, day: date) -> Iterator[tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
        """Yield a day's predictions, the labels of their keys and the feedback on their ids, bucket by bucket."""
        rows, told = self.days[day].rows, self._told_by_key(day)
        for bucket in range(self.number):
            of_bucket = told.read(bucket, ("id", "known_at", "label", "consumer")).rename({"id": "key"})
            yield rows.read(bucket), self.labels.rows.read(bucket), of_bucket

    def _told_by_key(self, day: date) -> Buckets:
        """Return the feedback on a day's predictions in the buckets of these: it knows their ids, not their keys."""
        rows, told, folder = self.days[day].rows, self.told.rows, self._folder / "turned"
        shutil.rmtree(folder, ignore_errors=True)
        names, found = Buckets(folder / "names", self.number, "id"), Buckets(folder / "told", self.number, "key")
        for bucket in range(self.number if told.height else 1):  # at least one, which says what the columns are
            names.add(rows.read(bucket, ("id", "key")))
        names.flush()
        for bucket in range(self.number if told.height else 1):
            said = told.read(bucket).rename({"key": "id"})
            found.add(said.join(names.read(bucket).unique("id", keep="first"), on="id"))
        found.flush()
        return found
