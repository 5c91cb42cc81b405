"""Serves the applications of the jobs that watch, and on 127.0.0.1 to programs and people of this machine alone.

A page in a browser reaches 127.0.0.1 too: with its Origin, or, after DNS rebinding, with its own name as Host.
"""

import hmac
from base64 import b64encode

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sixfold.wire import AUTHORIZATION

_HERE = "127.0.0.1"
READY = "/readyz"


class Guard:
    """An ASGI application before another one: 403 for web pages, 401 for whoever does not know the login.

    Args:
        app: receives the requests that pass.
        port: where both listen, on 127.0.0.1.
        login: user:password of HTTP basic authentication, which all but the health check asks for; None: nothing does.

    """

    def __init__(self, app: ASGIApp, *, port: int, login: str | None = None) -> None:
        self._app, self._hosts = app, (f"{_HERE}:{port}", f"localhost:{port}")
        self._basic = f"Basic {b64encode(login.encode()).decode()}".encode() if login else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if "origin" in headers or headers.get("host") not in self._hosts:
            return PlainTextResponse("This program answers no web page.\n", 403)
        given = headers.get(AUTHORIZATION, "").encode()
        if self._basic and scope["path"] != READY and not hmac.compare_digest(given, self._basic):
            return PlainTextResponse(
                "The user is sixfold; the password is in .sixfold/access-key.\n", 401, {"WWW-Authenticate": "Basic"}
            )
        return None


def run(app: ASGIApp, *, host: str, port: int, login: str | None = None) -> None:
    """Serve an application until the process ends; see `Guard` for `login`. In a pod, `host` is not 127.0.0.1."""
    if host == _HERE:
        app = Guard(app, port=port, login=login)
    uvicorn.run(app, host=host, port=port, log_level="warning")
