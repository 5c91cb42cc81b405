"""How long an operation may take: `custom_timeouts` of the resource's options, else what its type takes by default."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil
from time import monotonic

DEFAULT_S = 600.0
"""Ten minutes, where nobody says otherwise."""

_ends: ContextVar[float | None] = ContextVar("ends", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done inside, in this thread, so many seconds for all of its waits."""
    token = _ends.set(monotonic() + seconds)
    try:
        yield
    finally:
        _ends.reset(token)


def attempts(every_s: float) -> int:
    """Return the number of polls that fit into the remaining time at an interval; at least one."""
    ends = _ends.get()
    left = DEFAULT_S if ends is None else ends - monotonic()
    return max(1, ceil(left / every_s))
