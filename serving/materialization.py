"""Which materialization the online rows are of, asked for once a second beside the requests."""

import logging
import time
from collections.abc import Callable

from serving.polling import Poll

EVERY_S = 1.0
_SURE_FOR_S = 5.0
_log = logging.getLogger("sixfold.materialization")


class Materialization:
    """Knows the id of the product's last materialization, and how long ago it was told.

    Args:
        ask: returns the id, None while rows are being written; raises where nobody answers.
        every_s: seconds between questions.

    """

    def __init__(self, ask: Callable[[], str | None], every_s: float = EVERY_S) -> None:
        self._ask = ask
        self._id: str | None = None
        self._exact_at = float("-inf")
        self._poll = Poll(self.look, every_s, "materialization")

    @property
    def exact(self) -> str | None:
        """The id by which rows in memory are exact; None while they are written, or where nobody can say."""
        return self._id if self.age_s <= _SURE_FOR_S else None

    @property
    def age_s(self) -> float:
        """The seconds since rows in memory were known to be exact."""
        return time.monotonic() - self._exact_at

    def look(self) -> None:
        """Ask now."""
        asked_at = time.monotonic()
        try:
            self._id = self._ask()
        except Exception as error:  # noqa: BLE001 - whatever S3 says, requests are answered
            _log.debug("cannot tell whether the features were materialized again: %s", error)
            return
        if self._id is not None:
            self._exact_at = asked_at

    def close(self) -> None:
        """Ask no more."""
        self._poll.close()
