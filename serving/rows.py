"""Online rows in memory: exact until the product's features are materialized again, and bounded.

Rows that the store does not have are remembered apart from those that it has: whoever asks for made-up entities pushes
out no row of a real one.
"""

from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Generic, TypeVar

MOST_KNOWN = 50_000
"""Rows, each of one view. A row of ten features takes half a KiB."""
MOST_UNKNOWN = 10_000

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")


class Rows(Generic[KeyT, RowT]):
    """Rows of one materialization, by key. Reads take no lock; the oldest make room for new ones."""

    def __init__(self, most_known: int = MOST_KNOWN, most_unknown: int = MOST_UNKNOWN) -> None:
        self._known: dict[KeyT, RowT] = {}
        self._unknown: dict[KeyT, None] = {}
        self._most_known, self._most_unknown = most_known, most_unknown
        self._lock = Lock()

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._known) + len(self._unknown)

    def find(self, key: KeyT) -> tuple[bool, RowT | None]:
        """Return whether a row was asked for before, and what the store had then."""
        row = self._known.get(key)
        return (True, row) if row is not None else (key in self._unknown, None)

    def keep(self, rows: Mapping[KeyT, RowT | None]) -> None:
        """Remember rows; None is one that the store does not have."""
        with self._lock:
            self._known.update((key, row) for key, row in rows.items() if row is not None)
            self._unknown.update((key, None) for key, row in rows.items() if row is None)
            _shrink(self._known, self._most_known)
            _shrink(self._unknown, self._most_unknown)


def _shrink(held: dict[KeyT, RowT], most: int) -> None:
    for key in list(held)[: max(0, len(held) - most)]:
        del held[key]
