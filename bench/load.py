"""A closed-loop HTTP client: each connection sends its next request when the answer to the last one is whole."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
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


def load(port: int, path: str, body: bytes, headers: Mapping[str, str], *, connections: int, seconds: float) -> Result:
    """Send one request again and again to a port of this machine."""
    loop = uvloop.new_event_loop()
    try:
        return loop.run_until_complete(_load(port, _request(port, path, body, headers), connections, seconds))
    finally:
        loop.close()


def _request(port: int, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    head = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in headers.items()),
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + _END + body


async def _load(port: int, request: bytes, connections: int, seconds: float) -> Result:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    statuses: Counter[str] = Counter()
    until = time.perf_counter() + seconds
    ended = [loop.create_future() for _ in range(connections)]

    class Connection(asyncio.Protocol):
        def __init__(self, end: asyncio.Future[None]) -> None:
            self._end, self._got = end, b""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._transport: asyncio.WriteTransport = transport  # type: ignore[assignment] # of a TCP connection
            self._next()

        def _next(self) -> None:
            self._got, self._sent = b"", time.perf_counter()
            self._transport.write(request)

        def data_received(self, data: bytes) -> None:
            self._got += data
            head, end, rest = self._got.partition(_END)
            if not end or len(rest) < _length(head):
                return
            now = time.perf_counter()
            times.append(now - self._sent)
            statuses[head[9:12].decode()] += 1
            if now < until:
                self._next()
            else:
                self._transport.close()
                self._end.set_result(None)

        def connection_lost(self, error: Exception | None) -> None:
            if not self._end.done():
                self._end.set_exception(error or ConnectionError("the server closed the connection"))

    for end in ended:
        await loop.create_connection(lambda end=end: Connection(end), "127.0.0.1", port)  # type: ignore[misc] # a default
    await asyncio.gather(*ended)
    times.sort()
    median_ms, p99_ms = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    return Result(len(times) / seconds, median_ms, p99_ms, dict(statuses))


def _length(head: bytes) -> int:
    place = head.lower().find(_LENGTH)
    return int(head[place + len(_LENGTH) :].split(b"\r\n", 1)[0]) if place >= 0 else 0
