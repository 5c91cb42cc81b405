"""Snapshots on a timer: a page shows the last one and its age, and never waits for a source."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Generic, TypeVar

from polars.exceptions import PanicException

from sixfold.errors import SixfoldError

T = TypeVar("T")
K = TypeVar("K")
_log = logging.getLogger("sixfold.portal")


class PartlyReadError(Exception):
    """A part of a source could not be read; `found` is the other part."""

    def __init__(self, found: object, problem: str) -> None:
        super().__init__(problem)
        self.found = found


class Kept(Generic[T]):
    """The last answer of a source.

    Args:
        name: the source, for people.
        empty: the value before the first answer.
        every_s: seconds between two readings.
        read: reads the source; whatever it raises becomes `problem`, and the last answer stays.

    """

    def __init__(self, name: str, empty: T, every_s: float, read: Callable[[], T]) -> None:
        self.name, self.value, self.every_s = name, empty, every_s
        self.at: datetime | None = None
        self.problem: str | None = None
        self._read = read

    def refresh(self) -> None:
        """Read the source now."""
        try:
            self.value, problem = self._read(), None
        except PartlyReadError as error:
            self.value, problem = error.found, str(error)  # type: ignore[assignment] # of the same reader
        except (Exception, PanicException) as error:  # noqa: BLE001 - polars panics on damage, which is no Exception
            self._note(sentence(error))
            return
        self.at = datetime.now(UTC)
        self._note(problem)

    def _note(self, problem: str | None) -> None:
        if problem and problem != self.problem:
            _log.warning("%s: %s", self.name, problem)
        self.problem = problem


def read_each(names: Iterable[K], read: Callable[[K], T], kept: Callable[[], "dict[K, T]"] = dict) -> "dict[K, T]":
    """Return the answer for each name; where one fails, the last answer stays.

    Raises:
        PartlyReadError: one failed.

    """
    found, faults = {}, []
    for name in names:
        try:
            found[name] = read(name)
        except (Exception, PanicException) as error:  # noqa: BLE001 - the others are still to be had
            faults.append(f"{name}: {sentence(error)}")
            if name in kept():
                found[name] = kept()[name]
    if faults:
        raise PartlyReadError(found, "; ".join(faults))
    return found


def sentence(error: BaseException) -> str:
    """Return an error for people, in one line."""
    text = error.what if isinstance(error, SixfoldError) else str(error) or type(error).__name__
    return " ".join(text.split())[:300]


def keep_fresh(sources: Iterable[Kept[object]], stop: threading.Event) -> Iterator[threading.Thread]:
    """Start a thread for each source, so that a slow one delays no other; yield the threads."""

    def again_and_again(kept: Kept[object]) -> None:
        while not stop.is_set():
            kept.refresh()
            stop.wait(kept.every_s)

    for source in sources:
        thread = threading.Thread(target=again_and_again, args=(source,), daemon=True, name=source.name)
        thread.start()
        yield thread
