"""Prediction log: writes predictions, feedback and reports to the lake, off the request path, in one background thread.

Rows wait in memory until the next flush, every `FLUSH_S` seconds or `FLUSH_ROWS` rows: a killed process loses those,
and those of a flush in progress. A graceful stop flushes. Where the lake is too slow or away, rows beyond `MAX_PENDING`
are shed and counted: an answer never waits for its log. Half of the room is reserved, in equal parts, for the consumers
of the contract and for the unknown ones together: a flood from one sheds no row of another.
"""

import logging
import threading
from collections import Counter as Tally
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from prometheus_client import Counter, Gauge

from sixfold.prediction_log import CONSUMER

FLUSH_S = 5.0
FLUSH_ROWS = 20_000
MAX_PENDING = 50_000

Row = dict[str, Any]
_log = logging.getLogger("sixfold.prediction_log")


class Counts(NamedTuple):
    """The metrics of one log."""

    written: Counter
    shed: Counter
    pending: Gauge


class BufferedLog:
    """A bounded buffer in front of a slow writer.

    Args:
        write: takes the rows of one flush; an exception keeps them for the next one.
        counts: what is counted.
        consumers: those who have room of their own.
        flush_s: seconds between flushes.
        max_pending: rows in memory beyond which new ones are shed.

    """

    def __init__(
        self,
        write: Callable[[Sequence[Row]], None],
        counts: Counts,
        consumers: Collection[str] = (),
        *,
        flush_s: float = FLUSH_S,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._write, self._counts = write, counts
        self._flush_s, self._max_pending = flush_s, max_pending
        self._rows: list[Row] = []
        self._consumers, self._held = consumers, Tally[str]()
        self._reserved = max_pending // (2 * len(consumers)) if consumers else 0
        self._lock = threading.Lock()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="prediction-log", daemon=True)
        self._thread.start()

    def add(self, rows: Sequence[Row]) -> None:
        """Take rows of one consumer; never waits for the lake, and never raises."""
        consumer = rows[0].get(CONSUMER, "")
        with self._lock:
            taken = rows[: self._room(consumer)]
            self._rows.extend(taken)
            self._held[consumer] += len(taken)
            pending = len(self._rows)
        self._counts.pending.set(pending)
        if len(taken) < len(rows):
            self._counts.shed.inc(len(rows) - len(taken))
        if pending >= FLUSH_ROWS:
            self._wake.set()

    def close(self, within_s: float = 15.0) -> None:
        """Write what is pending, and stop; what cannot be written in that time is lost."""
        self._stop.set()
        self._wake.set()
        self._thread.join(within_s)
        if self._rows:
            _log.error("%d rows were not written to the lake before the end", len(self._rows))

    def _room(self, consumer: str) -> int:
        """Return the number of rows that a consumer may add: none of the room that is reserved for others."""
        for_others = sum(max(0, self._reserved - self._held[each]) for each in self._consumers if each != consumer)
        return max(0, self._max_pending - len(self._rows) - for_others)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(self._flush_s)
            self._wake.clear()
            while len(self._rows) >= FLUSH_ROWS and self._flush():
                pass
            self._flush()
        while self._rows and self._flush():
            pass

    def _flush(self) -> bool:
        """Write the oldest rows, and return whether that worked."""
        with self._lock:
            rows = self._rows[:FLUSH_ROWS]
        if not rows:
            return True
        try:
            self._write(rows)
        except Exception as error:  # noqa: BLE001 - whatever the lake says, serving goes on and the rows stay
            _log.warning("%d rows wait for the lake: %s", len(self._rows), error)
            self._stop.wait(self._flush_s)
            return False
        with self._lock:
            del self._rows[: len(rows)]
            self._held.subtract(row.get(CONSUMER, "") for row in rows)
        self._counts.written.inc(len(rows))
        self._counts.pending.set(len(self._rows))
        return True
