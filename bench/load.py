"""An HTTP client for measurements: each connection has one request under way.

Closed loop: the next one is sent when the answer to the last one is whole. With a rate, requests have their moments,
and the time of an answer counts from that moment on: a server that stalls does not hide those who wait behind it.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import cycle
from typing import NamedTuple

import uvloop

_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Result(NamedTuple):
    """Answers a second, the median and the 99th percentile of their times in milliseconds, and the statuses."""

    rate: float
    median_ms: float
    p99_ms: float
    statuses: dict[str, int]


class Target(NamedTuple):
    """Where requests go, a port of this machine and a path, and the requests themselves, which are sent in turn."""

    port: int
    path: str
    bodies: Sequence[bytes]
    headers: Mapping[str, str]


def load(target: Target, *, connections: int, seconds: float, rate: float | None = None) -> Result:
    """Send requests, as many as the answers allow, or `rate` a second."""
    loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(_load(target, connections, seconds, rate))
    finally:
        loop.close()


def _request(target: Target, body: bytes) -> bytes:
    head = (
        f"POST {target.path} HTTP/1.1",
        f"Host: 127.0.0.1:{target.port}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in target.headers.items()),
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + _END + body


class _Run:
    """The state that the connections of one measurement share."""

    def __init__(self, target: Target, connections: int, seconds: float, rate: float | None) -> None:
        self.loop = asyncio.get_running_loop()
        self.requests = cycle([_request(target, body) for body in target.bodies])
        self.times: list[float] = []
        self.statuses: Counter[str] = Counter()
        self.ended = [self.loop.create_future() for _ in range(connections)]
        self.began = time.perf_counter()
        self.until = self.began + seconds
        self._apart_s = connections / rate if rate else None

    def due(self, connection: int, sent: int) -> float:
        """Return the moment of a connection's next request: its turn at a steady rate, or now."""
        if self._apart_s is None:
            return time.perf_counter()
        return self.began + (connection / len(self.ended) + sent) * self._apart_s


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run, number: int) -> None:
        self._run, self._number, self._sent, self._got = run, number, 0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment] # of a TCP connection
        self._wait()

    def _wait(self) -> None:
        self._due = self._run.due(self._number, self._sent)
        early = self._due - time.perf_counter()
        if self._due >= self._run.until:
            self._transport.close()
            self._run.ended[self._number].set_result(None)
        elif early > 0:
            self._run.loop.call_later(early, self._send)
        else:
            self._send()

    def _send(self) -> None:
        self._got, self._sent = b"", self._sent + 1
        self._transport.write(next(self._run.requests))

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, rest = self._got.partition(_END)
        if end and len(rest) >= _length(head):
            self._run.times.append(time.perf_counter() - self._due)
            self._run.statuses[head[9:12].decode()] += 1
            self._wait()

    def connection_lost(self, error: Exception | None) -> None:
        if not (ended := self._run.ended[self._number]).done():
            ended.set_exception(error or ConnectionError("the server closed the connection"))


async def _load(target: Target, connections: int, seconds: float, rate: float | None) -> Result:
    run = _Run(target, connections, seconds, rate)
    for number in range(connections):
        await run.loop.create_connection(partial(_Connection, run, number), "127.0.0.1", target.port)
    await asyncio.gather(*run.ended)
    times = sorted(run.times)
    median_ms, p99_ms = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    return Result(len(times) / seconds, median_ms, p99_ms, dict(run.statuses))


def _length(head: bytes) -> int:
    place = head.lower().find(_LENGTH)
    return int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
