"""Shadow traffic: sends a copy of each request to the other releases in the background. Their answers are logged only.

The router names these releases in `X-Mirror-To` while an API version has several. Consumers cannot name them: the
router sets that header itself.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, NamedTuple

from sixfold.wire import REPLAY_TIME, SHADOW

if TYPE_CHECKING:
    import httpx
    from prometheus_client import Counter

MAX_WAITING = 1_000
_THREADS = 2
_WITHIN_S = 30
_MOST = 16
_HERE = r"127\.0\.0\.1:[0-9]{1,5}"
_KEPT = ("Content-Type", REPLAY_TIME)


class Counts(NamedTuple):
    """The counters of delivered and of dropped copies."""

    sent: "Counter"
    dropped: "Counter"


class Mirror:
    """Sends copies of requests; what a slow or absent release does not take in time is dropped and counted."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="mirror")
        self._room = BoundedSemaphore(MAX_WAITING)

    def send(self, to: Sequence[str], body: bytes, header: Callable[[str], str | None], mark: str) -> None:
        """Send a prediction request to `host:port` addresses, with the signed mark of a copy; never waits.

        Of the request's headers, which `header` gives by name, the copy has those that change the answer. The key of
        the consumer is none of them: no release gets what it could call with.
        """
        kept = {name: value for name in _KEPT if (value := header(name)) is not None} | {SHADOW: mark}
        for address in to:
            if self._room.acquire(blocking=False):
                self._pool.submit(self._post, f"http://{address}/predict", body, kept)
            else:
                self._counts.dropped.inc()

    def close(self) -> None:
        """Drop the copies that wait."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        if "_client" in self.__dict__:
            self._client.close()

    @cached_property
    def _client(self) -> "httpx.Client":
        import httpx  # noqa: PLC0415 - most releases never mirror

        return httpx.Client(timeout=_WITHIN_S)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        try:
            arrived = self._client.post(url, content=body, headers=dict(headers)).is_success
        except Exception:  # noqa: BLE001 - whatever happens to a copy, the request was answered
            arrived = False
        finally:
            self._room.release()
        (self._counts.sent if arrived else self._counts.dropped).inc()


def others(named: str, own: str, short: str) -> list[str]:
    """Return the addresses that the header `X-Mirror-To` names and that are of other releases of this API version.

    The edge sets the header. Where somebody else did, a copy goes to no other host, path or query: on a cluster all
    releases of a version have the same address but for the digest in it, and on one machine all are on 127.0.0.1.

    Args:
        named: the header.
        own: the address of the release that answers, host:port.
        short: its short digest.

    """
    digest = f"[0-9a-f]{{{len(short)}}}"
    peer = re.compile(digest.join(map(re.escape, own.split(short))) if short in own else _HERE)
    return [address for address in named.split(",")[:_MOST] if peer.fullmatch(address) and address != own]
