"""Requests and answers as ASGI has them: a framework between would take a quarter of a prediction's time."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from pydantic_core import to_json
from starlette.types import Receive, Scope, Send

JSON = "application/json"
_HERE = ("127.0.0.1", "localhost")


class Request:
    """One request."""

    __slots__ = ("_headers", "method", "path", "receive", "server")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.server: tuple[str, int | None] | None = scope.get("server")
        self._headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(scope["headers"])}
        self.receive = receive

    @property
    def foreign(self) -> bool:
        """Whether it comes from a web page of elsewhere to a release that listens to its own machine alone.

        A page has its Origin, or after DNS rebinding its own name as Host.
        """
        if not self.server or self.server[0] != _HERE[0]:
            return False
        origin = self.header("origin")
        page = origin is not None and not _local(origin.removeprefix("http://"))
        return page or not _local(self.header("host") or "")

    def header(self, name: str) -> str | None:
        """Return the value of a header, whose name may be written in any case; the first of several."""
        return self._headers.get(name.lower())


def _local(authority: str) -> bool:
    return authority.partition(":")[0] in _HERE


class Answer(NamedTuple):
    """The answer to a request; the length is added when it is sent."""

    body: bytes
    status: int = HTTPStatus.OK
    media_type: str = JSON
    headers: Mapping[str, str] = {}

    async def send(self, send: Send, more: Mapping[str, str]) -> None:
        """Send it, with more headers."""
        headers = {"content-length": str(len(self.body)), "content-type": self.media_type, **self.headers, **more}
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": int(self.status), "headers": raw})
        await send({"type": "http.response.body", "body": self.body})


def answer_json(content: Mapping[str, Any], status: int = HTTPStatus.OK, headers: Mapping[str, str] = {}) -> Answer:
    """Return an answer with a JSON document."""
    return Answer(to_json(content, inf_nan_mode="constants"), status, JSON, headers)
