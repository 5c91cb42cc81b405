"""Features of the online store, within a deadline: a store that is slow or away must not take predictions with it.

Nor must an error of our own code; but such an error is no store that is away. It is counted and logged as an error.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from sixfold.errors import SixfoldError

THREADS = 16
_FIRST_S = 10.0  # the first read makes connections
_REPLAY_S = 120.0
_TRIES = 3
_REST_S = 5.0
_ASK_AGAIN_S = 30.0
_TRACEBACK_EVERY_S = 60.0  # the same error at every prediction would fill the log
_OF_STORE = (BotoCoreError, ClientError, HTTPError, OSError, SixfoldError)  # OSError: timeouts, connections
_log = logging.getLogger("sixfold.lookup")

Features = Mapping[str, float | None]


class Freshness(Protocol):
    """The age of the online features."""

    @property
    def materialized_at(self) -> datetime:
        """The time of their copy to the online store."""


class Reader(Protocol):
    """Interface of `serving.online.OnlineReader`."""

    def remembered(self, rows: Sequence[Mapping[str, str]]) -> Sequence[Features] | None:
        """Return the features of each row where all are in memory and exact."""

    def stale(self, rows: Sequence[Mapping[str, str]]) -> Sequence[Features] | None:
        """Return the features of each row that are in memory, exact or not."""

    def read(self, rows: Sequence[Mapping[str, str]], at: datetime | None = None) -> Sequence[Features]:
        """Return the features of each row of entity keys, now or as known at a moment; None for what is not known."""

    def age_s(self) -> float:
        """Return the seconds since rows in memory were known to be exact."""

    def freshness(self) -> Freshness:
        """Return the time of the newest features, and of their copy."""

    def close(self) -> None:
        """Ask for nothing more."""


class Found(NamedTuple):
    """The features of each row, and where they are from: `memory`, `store`, `stale`, or `nowhere`."""

    rows: Sequence[Features]
    source: str


class Lookup:
    """Reads features; after three failures of the store in a row it is left alone for five seconds.

    Args:
        open_reader: opens the online store; called until it works once.
        deadline_s: how long a prediction waits for its features.
        max_age_s: how long rows in memory may answer while the store is away.
        count_error: called at each error that is not the store's.

    """

    def __init__(
        self,
        open_reader: Callable[[], Reader],
        deadline_s: float,
        *,
        max_age_s: float = 0,
        count_error: Callable[[], None] = lambda: None,
    ) -> None:
        self._open, self._deadline_s, self._max_age_s, self._count_error = (
            open_reader,
            deadline_s,
            max_age_s,
            count_error,
        )
        self._logged_at = float("-inf")
        self._opened: Reader | None = None
        self._opening = threading.Lock()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="features")
        self._within_s = _FIRST_S
        self._failures, self._rest_until = 0, 0.0
        self._materialized_at: datetime | None = None
        self._asked_at = 0.0
        try:
            self._reader()
        except Exception as error:  # noqa: BLE001 - a release must be able to start while its store is away
            self._failed(error)

    async def read(self, entities: Sequence[Mapping[str, str]], at: datetime | None = None) -> Found:
        """Return the features of each row, None where one is not known.

        A store that does not answer leaves what is in memory, as old as it may be. An error that is not the store's
        leaves all features of all rows out: the consumer still gets an answer.
        A replay asks for those of a moment in the past; its first answer takes the seconds that history takes to load.
        """
        if self._opened and at is None and (held := self._opened.remembered(entities)) is not None:
            return Found(held, "memory")
        if time.monotonic() < self._rest_until:
            return self._without_store(entities, at)
        try:
            asked = asyncio.get_running_loop().run_in_executor(self._pool, self._ask, entities, at)
            found = await asyncio.wait_for(asked, _REPLAY_S if at else self._within_s)
        except Exception as error:  # noqa: BLE001 - whatever happens, the consumer gets an answer
            self._failed(error)
            return self._without_store(entities, at) if is_of_store(error) else Found([{} for _ in entities], "store")
        self._within_s, self._failures = self._deadline_s, 0
        return Found(found, "store")

    def age_s(self) -> float:
        """Return the age of the last copy to the online store, in seconds.

        It grows on while nobody can say whether they were copied again. Raises what the store raises where it was never
        known.
        """
        if self._materialized_at is None or time.monotonic() > self._asked_at + _ASK_AGAIN_S:
            self._asked_at = time.monotonic()
            try:
                self._materialized_at = self._reader().freshness().materialized_at
            except Exception:
                if self._materialized_at is None:
                    raise
        return (datetime.now(UTC) - self._materialized_at).total_seconds()

    def close(self) -> None:
        """Ask for nothing more."""
        if self._opened:
            self._opened.close()

    def _without_store(self, entities: Sequence[Mapping[str, str]], at: datetime | None) -> Found:
        reader = self._opened
        if reader and at is None and reader.age_s() <= self._max_age_s:
            held = reader.stale(entities)
            if held is not None:
                return Found(held, "stale")
        return Found([{} for _ in entities], "nowhere")

    def _ask(self, entities: Sequence[Mapping[str, str]], at: datetime | None) -> Sequence[Features]:
        return self._reader().read(entities, at)

    def _reader(self) -> Reader:
        with self._opening:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _failed(self, error: Exception) -> None:
        if not is_of_store(error):
            self._count_error()
            if time.monotonic() > self._logged_at + _TRACEBACK_EVERY_S:
                self._logged_at = time.monotonic()
                _log.error("the look-up of features has an error, predicting without them", exc_info=error)
            return
        self._failures += 1
        if self._failures >= _TRIES:
            self._rest_until = time.monotonic() + _REST_S
        _log.warning("the online store does not answer, predicting without it: %s", error or type(error).__name__)


def is_of_store(error: Exception) -> bool:
    """Return whether an error means that the store is slow, away or not filled, and none of our code is at fault."""
    return isinstance(error, _OF_STORE)
