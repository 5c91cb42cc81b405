"""Callers of a product: a consumer by its key, a program of the platform by its pass, or nobody who is known.

The keyring is read again every 15 seconds, beside the requests: so long a revoked key may go on working. While Secrets
Manager is away the ring of before holds. A key is checked here and not at the edge, so that every edge will do.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple
from uuid import UUID

from serving.polling import Poll
from serving.problems import Problem
from sixfold import keyring
from sixfold.consumers import UNKNOWN
from sixfold.keyring import Keyring
from sixfold.signatures import bearer_of, copied_from, is_issued, prediction_ids, sign_copy
from sixfold.wire import SHADOW

EVERY_S = 15.0
_SCHEME = "bearer"
_log = logging.getLogger("sixfold.callers")


class Copied(NamedTuple):
    """The request of which another one is a copy: when it was answered, and whose it was."""

    made: datetime
    consumer: str


class Callers:
    """Knows who may call a product.

    Args:
        read: returns the product's keyring; raises where it cannot be read.
        anonymous: whether calls without a key are answered.
        every_s: seconds between two readings.

    """

    def __init__(self, read: Callable[[], Keyring], *, anonymous: bool, every_s: float = EVERY_S) -> None:
        self.anonymous = anonymous
        self._read = read
        # Until the first reading nobody's key is known. Where none is asked for, predictions have ids all the same.
        self.ring, self._known = keyring.new(), False
        self._poll = Poll(self._look, every_s, "keyring")

    def consumer(self, authorization: str | None) -> str:
        """Return the consumer that a header `Authorization` shows; `unknown` without one, where that is allowed.

        Raises:
            Problem: 401, the key is missing, wrong, revoked or has ended; 503, no key can be checked.

        """
        if authorization is None and self.anonymous:
            return UNKNOWN
        if not self._known:
            detail = "keys cannot be checked at this moment; try again in a second"
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})
        scheme, _, text = (authorization or "").partition(" ")
        now = datetime.now(UTC)
        found = self.ring.consumer_of(text, now) or bearer_of(self.ring.signers, text, now)
        if found is None or scheme.lower() != _SCHEME:
            detail = "send `Authorization: Bearer KEY` with a key of yours; the owner of the product gives them out"
            raise Problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": "Bearer"})
        return found

    def ids_for(self, consumer: str) -> Callable[[], str]:
        """Return a function that returns the id of a new prediction of a consumer."""
        return prediction_ids(self.ring.signers[0], consumer)

    def issued(self, prediction_id: UUID, consumer: str) -> bool:
        """Return whether a prediction id was given to this consumer, by any release of the product."""
        return is_issued(self.ring.signers, prediction_id.bytes, consumer)

    def mark(self, copied: Copied, body: bytes) -> str:
        """Return the header by which another release knows the copy of a request."""
        return sign_copy(self.ring.signers[0], copied.consumer, copied.made.isoformat(), body)

    def copied(self, mark: str, body: bytes) -> Copied:
        """Return whose request this is a copy of, by the header that another release signed.

        Raises:
            Problem: 403, no release of this product did.

        """
        found = copied_from(self.ring.signers, mark, body)
        if found is None:
            raise Problem(HTTPStatus.FORBIDDEN, f"{SHADOW} is for other releases; leave it out")
        return Copied(datetime.fromisoformat(found[0]), found[1])

    def close(self) -> None:
        """Read the keyring no more."""
        self._poll.close()

    def _look(self) -> None:
        try:
            self.ring, self._known = self._read(), True
        except Exception as error:  # noqa: BLE001 - whatever Secrets Manager says, requests are answered
            _log.warning("cannot read who may call, what was known before holds: %s", error)
