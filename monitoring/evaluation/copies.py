"""Local copy of lake rows, on disk in buckets by a hash, so that rows with the same key are read together.

Ten million predictions are joined with their labels in the memory of one bucket of each. A file of the lake is read
once: files are never changed, only added and taken away.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

PART_ROWS = 250_000
"""So many rows wait in memory until they are written as one part."""


ODD = "odd"
"""Column of read rows: null, or why a row does not count. Such rows are counted and not kept."""


class DamagedError(Exception):
    """A copy on the disk is not what was written there."""


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

    def rows_that_count(self) -> Iterator[pl.DataFrame]:
        """Read all of them, part by part, without rows that are odd."""
        return (kept for kept, _ in map(apart, self.read(self.files)))


def apart(part: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """Return the rows that count, and how many do not, by kind."""
    odd = part[ODD].drop_nulls()
    kept = part.filter(pl.col(ODD).is_null()) if len(odd) else part
    return kept.drop(ODD), Counter(odd.cast(pl.String).to_list())


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
        self._written: dict[int, list[tuple[int, Path]]] = {}
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
        place = (pl.col(self._by) % self.number).fill_null(0).alias("bucket")
        parts = rows.with_columns(place).partition_by("bucket", as_dict=True, include_key=False)
        with _damage():
            self._folder.mkdir(parents=True, exist_ok=True)
            for (bucket,), part in parts.items():
                path = self._folder / f"{self.parts}-{bucket}.arrow"
                part.write_ipc(path)
                self._written.setdefault(int(bucket), []).append((self.parts, path))
        self.parts += 1

    def read(self, bucket: int, columns: Sequence[str] | None = None, since: int = 0) -> pl.DataFrame:
        """Return the rows of a bucket, in the order in which they came; those of the parts from `since` on.

        Raises:
            DamagedError: a file is no longer what was written.

        """
        paths = (path for part, path in self._written.get(bucket, ()) if part >= since)
        wanted = list(columns or self._empty.columns)
        with _damage():
            return pl.concat([self._empty.select(wanted), *(pl.read_ipc(path, columns=wanted) for path in paths)])


@contextmanager
def _damage() -> Iterator[None]:
    """Turn the errors of files that are missing, cut short or foreign into one."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise DamagedError(str(error)) from error


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
        self.odd: Counter[str] = Counter()
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
                kept, odd = apart(part)
                self.rows.add(kept)
                self.odd += odd
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
