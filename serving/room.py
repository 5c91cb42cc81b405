"""Rows that a release works on at once. Those of batches leave room for single rows, and slow bodies hold none."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from serving.problems import Problem

MOST_ROWS = 4_000
"""Rows of requests whose body is there and whose answer is not."""
_FOR_SMALL = 200
"""Rows beyond these that are for small requests alone."""
_SMALL = 4_096
"""Bytes of the body of a small request: some ten rows."""


class Room:
    """Counts rows; one event loop uses it."""

    def __init__(self) -> None:
        self._rows = 0

    def require(self, rows: int, size: int) -> None:
        """Do nothing where a request of so many rows and bytes has room.

        Raises:
            Problem: 503, too many rows are in already.

        """
        if self._rows + rows > MOST_ROWS + (_FOR_SMALL if size <= _SMALL else 0):
            detail = "too many rows at once; try again in a second"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})

    @contextmanager
    def taken(self, rows: int, size: int) -> Iterator[None]:
        """Hold the room for as long as the rows are worked on; raises as `require` does."""
        self.require(rows, size)
        self._rows += rows
        try:
            yield
        finally:
            self._rows -= rows
