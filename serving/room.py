"""Rows that a release works on at once. Those of batches leave room for single rows, and slow bodies hold none."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

from serving.problems import Problem
from sixfold.consumers import CallLimits

MOST_ROWS = 4_000
"""Rows of requests whose body is there and whose answer is not."""
_FOR_SMALL = 200
"""Rows beyond these that are for small requests alone."""
_SMALL = 4_096
"""Bytes of the body of a small request: some ten rows."""
_AGAIN = {"Retry-After": "1"}


class Room:
    """Counts rows; one event loop uses it.

    Args:
        limits: what each consumer may ask; one that is not here may have all of the room.

    """

    def __init__(self, limits: Mapping[str, CallLimits] = {}) -> None:
        self._allowed = {name: each.rows_in_flight for name, each in limits.items() if each.rows_in_flight}
        self._rows, self._of = 0, Counter[str]()

    def require(self, consumer: str, rows: int, size: int) -> None:
        """Do nothing where a request of so many rows and bytes has room.

        Raises:
            Problem: 503, too many rows are in already; 429, too many are this consumer's.

        """
        own = self._allowed.get(consumer)
        if own is not None and self._of[consumer] + rows > own:
            detail = f"{consumer} may have {own} rows in flight; wait for answers, or send smaller batches"
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=_AGAIN)
        if self._rows + rows > MOST_ROWS + (_FOR_SMALL if size <= _SMALL else 0):
            detail = "too many rows at once; try again in a second"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=_AGAIN)

    @contextmanager
    def taken(self, consumer: str, rows: int, size: int) -> Iterator[None]:
        """Hold the room for as long as the rows are worked on; raises as `require` does."""
        self.require(consumer, rows, size)
        self._rows += rows
        self._of[consumer] += rows
        try:
            yield
        finally:
            self._rows -= rows
            self._of[consumer] -= rows
