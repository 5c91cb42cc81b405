"""Local copy of lake rows, on disk in buckets by a hash, so that rows with the same key are read together.

Ten million predictions are joined with their labels in the memory of one bucket of each. A file of the lake is read
once: files are never changed, only added and taken away.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

PART_ROWS = 250_000
"""So many rows wait in memory until they are written as one part."""


class Listing(NamedTuple):
    """Files of a table, by path with the rows of each, of which `read` yields those with these paths, part by part.

    `read` yields at least one frame. Where `since` differs, the same files say something else.
    """

    files: Mapping[str, int]
    read: Callable[[Iterable[str]], Iterator[pl.DataFrame]]
    since: datetime | None = None

    @property
    def rows(self) -> int:
        """How many rows the files have."""
        return sum(self.files.values())

    def all(self) -> pl.DataFrame:
        """Read all of them at once."""
        return pl.concat(self.read(self.files))


class Stamp(NamedTuple):
    """A state of a copy: as long as `generation` is the same, only parts were added."""

    generation: int
    parts: int


class Buckets:
    """Rows in `number` buckets by the 64-bit hash in column `by`; rows without one are in the first.

    Args:
        folder: where the files are; it is made with the first.
        number: of buckets.
        by: the column, of unsigned integers.

    """

    def __init__(self, folder: Path, number: int, by: str) -> None:
        self.number, self._folder, self._by = number, folder, by
        self.parts = self.height = 0
        self._empty = pl.DataFrame()
        self._waiting: list[pl.DataFrame] = []

    def add(self, rows: pl.DataFrame) -> None:
        """Take rows; they are written with `flush`, and whenever enough have come together."""
        self._empty = rows.clear()
        self._waiting.append(rows)
        self.height += rows.height
        if sum(each.height for each in self._waiting) >= PART_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write what waits, as one part."""
        rows = pl.concat(self._waiting) if self._waiting else pl.DataFrame()
        self._waiting = []
        if rows.is_empty():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        place = (pl.col(self._by) % self.number).fill_null(0).alias("bucket")
        for (bucket,), part in rows.with_columns(place).partition_by("bucket", as_dict=True, include_key=False).items():
            part.write_ipc(self._folder / f"{self.parts}-{bucket}.arrow")
        self.parts += 1

    def read(self, bucket: int, columns: Sequence[str] | None = None, since: int = 0) -> pl.DataFrame:
        """Return the rows of a bucket, in the order in which they came; those of the parts from `since` on."""
        paths = (self._folder / f"{part}-{bucket}.arrow" for part in range(since, self.parts))
        wanted = list(columns or self._empty.columns)
        parts = (pl.read_ipc(path, columns=wanted) for path in paths if path.exists())
        return pl.concat([self._empty.select(wanted), *parts])


class Copy:
    """The rows of a table's files, kept in step with a listing of them."""

    def __init__(self, folder: Path, number: int, by: str) -> None:
        self._folder, self._by, self._generation = folder, by, 0
        self.restart(number)

    def restart(self, number: int) -> None:
        """Delete all rows, and continue with another number of buckets."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self.rows = Buckets(self._folder, number, self._by)
        self.files: frozenset[str] = frozenset()
        self._since: datetime | None = None
        self._generation += 1

    @property
    def stamp(self) -> Stamp:
        """Version of the present contents."""
        return Stamp(self._generation, self.rows.parts)

    def follow(self, listing: Listing) -> None:
        """Read the new files. If a file that was read no longer exists, read all files again."""
        if self.files == listing.files.keys() and self._since == listing.since:
            return
        if not self.files <= listing.files.keys() or self._since != listing.since:
            self.restart(self.rows.number)
        try:
            for part in listing.read(listing.files.keys() - self.files):
                self.rows.add(part)
            self.rows.flush()
        except BaseException:
            self.restart(self.rows.number)  # half a file must not be read twice
            raise
        self.files, self._since = frozenset(listing.files), listing.since

    def meets(self, others: Buckets, by: str, since: int) -> bool:
        """Say whether a row of `others`, of the parts from `since` on, has the same value in the column `by`."""
        same = self._by == by
        for bucket in range(others.number):
            fresh = others.read(bucket, since=since).select(pl.col("key").alias(by))
            beside = (bucket,) if same else range(self.rows.number)
            if fresh.height and any(not self._met(place, fresh, by).is_empty() for place in beside):
                return True
        return False

    def _met(self, bucket: int, fresh: pl.DataFrame, by: str) -> pl.DataFrame:
        return self.rows.read(bucket, [by]).join(fresh, on=by, how="semi")
