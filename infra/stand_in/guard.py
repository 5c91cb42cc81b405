"""The guard of the stand-in for AWS: passes requests of one project's programs, of no web page and no other user.

moto verifies no signature, answers every origin, and empties itself on `POST /moto-api/reset`. Its port is open to all
users of the machine, and to the pages in their browsers.
"""

import hmac
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

App = Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]

READY = "/moto-api/"
"""The one path without a key. The guard answers it itself, so that a health check needs no credentials."""
_NAVIGATIONS = ("none", "same-origin")  # Sec-Fetch-Site of an address that a person typed, such as a presigned URL
_HEADER = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/,\s]+)/")
_QUERY = ("X-Amz-Credential", "AWSAccessKeyId")  # of presigned URLs, SigV4 and SigV2; boto3 still makes both for S3


class Guard:
    """A WSGI application before another one: 403 for whoever does not carry the stack's access key id.

    Args:
        app: receives the requests that pass.
        port: where both listen, on 127.0.0.1.
        key: the access key id.

    """

    def __init__(self, app: App, *, port: int, key: str) -> None:
        self._app, self._key = app, key.encode()
        self._hosts = (f"127.0.0.1:{port}", f"localhost:{port}")

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or pass it on."""
        refusal = self._foreign(environ)
        if refusal is None and environ["PATH_INFO"] == READY and environ["REQUEST_METHOD"] == "GET":
            return _say(start_response, "200 OK", "ready")
        if refusal is None and not hmac.compare_digest(_key_id(environ).encode(), self._key):
            refusal = "it does not carry the access key id of this stack"
        if refusal:
            return _say(start_response, "403 Forbidden", f"The local AWS refuses this request: {refusal}.")
        return self._app(environ, start_response)

    def _foreign(self, environ: WSGIEnvironment) -> str | None:
        """Return why a request comes from a web page; None where it does not. Pages can set neither header."""
        if "HTTP_ORIGIN" in environ or environ.get("HTTP_SEC_FETCH_SITE", "none") not in _NAVIGATIONS:
            return "it comes from a web page"
        if environ.get("HTTP_HOST") not in self._hosts:
            return f"its Host is not {self._hosts[0]}, as after DNS rebinding"
        return None


def _key_id(environ: WSGIEnvironment) -> str:
    """Return the access key id in the signature of a request, or in a presigned URL; nothing without either."""
    if found := _HEADER.match(environ.get("HTTP_AUTHORIZATION", "")):
        return found[1]
    query: dict[str, Any] = parse_qs(environ.get("QUERY_STRING", ""))
    credentials = [each for name in _QUERY for each in query.get(name, [])]
    return str(credentials[0]).split("/")[0] if len(credentials) == 1 else ""


def _say(start_response: StartResponse, status: str, text: str) -> list[bytes]:
    body = f"{text}\n".encode()
    start_response(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
