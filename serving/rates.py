"""The requests a second that the contract allows each consumer, in one process of a release: a token bucket each."""

import math
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus

from serving.problems import Problem
from sixfold.consumers import CallLimits

_BURST_S = 2
"""Seconds whose requests may come at once."""


class Rates:
    """Counts requests.

    Args:
        limits: what each consumer may ask; one that is not here may send any number.
        clock: returns seconds.

    """

    def __init__(self, limits: Mapping[str, CallLimits], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rates = {name: each.requests_per_second for name, each in limits.items() if each.requests_per_second}
        self._left = {name: (_most(rate), clock()) for name, rate in self._rates.items()}

    def take(self, consumer: str) -> None:
        """Count one request.

        Raises:
            Problem: 429, the consumer sends more than it may; `Retry-After` says when the next one has a chance.

        """
        rate = self._rates.get(consumer)
        if rate is None:
            return
        now, (left, at) = self._clock(), self._left[consumer]
        left = min(_most(rate), left + rate * (now - at))
        self._left[consumer] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            detail = f"{consumer} may send {rate:g} requests a second; send fewer, or ask the owner for more"
            headers = {"Retry-After": str(math.ceil((1 - left) / rate))}
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers=headers)


def _most(rate: float) -> float:
    return max(1.0, _BURST_S * rate)
