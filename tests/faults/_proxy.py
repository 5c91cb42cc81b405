"""A proxy in front of moto that sees every AWS call of the plugin, and may meddle with it on either side of moto."""

import http.client
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs, urlsplit

_OF_A_CONNECTION = {"connection", "content-length", "date", "server", "transfer-encoding"}
_READS = ("GET ", "HEAD ", "Get", "Describe", "List", "Head", "Scan")


@dataclass(frozen=True)
class Call:
    """A request to AWS: its number since the counting began, and what it asks for."""

    number: int
    service: str
    operation: str

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.operation.startswith(_READS)

    def __str__(self) -> str:
        return f"call {self.number} ({self.service} {self.operation})"


@dataclass(frozen=True)
class Answer:
    """Answer of AWS. `missing` further bytes are announced and never sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    missing: int = 0


class NoAnswerError(Exception):
    """The connection ends without an answer."""


class Meddler:
    """Lets every call through; those that meddle derive from it. Either side may raise NoAnswerError."""

    def before(self, call: Call) -> Answer | None:  # noqa: ARG002 - for those that override
        """Return the answer in place of moto's, before the call reaches moto."""
        return None

    def after(self, call: Call, answer: Answer) -> Answer:  # noqa: ARG002 - for those that override
        """Return the part of moto's answer that the plugin receives."""
        return answer


class Proxy(ThreadingHTTPServer):
    """Where the plugin finds its AWS. `calls` are those since `watch`."""

    request_queue_size = 128
    daemon_threads = True
    block_on_close = False

    def __init__(self, moto: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.moto = urlsplit(moto).netloc
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._lock = Lock()
        self.watch()

    def watch(self, meddler: Meddler | None = None) -> None:
        """Begin to count anew, and let a meddler at the calls from now on."""
        self.calls: list[Call] = []
        self.meddler = meddler or Meddler()

    def seen(self, service: str, operation: str) -> Call:
        """Count a call."""
        with self._lock:
            self.calls.append(Call(len(self.calls) + 1, service, operation))
            return self.calls[-1]

    def handle_error(self, *_: object) -> None:
        """Say nothing: a plugin that is killed breaks its connections."""


@contextmanager
def proxied(moto: str) -> Iterator[Proxy]:
    """A proxy in front of a moto server."""
    with Proxy(moto) as proxy:
        Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        meddler = self.server.meddler
        call = self.server.seen(_service(self.headers), _operation(self.command, self.path, self.headers, body))
        try:
            self._send(meddler.before(call) or meddler.after(call, self._ask_moto(body)))
        except NoAnswerError:
            self.close_connection = True

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815 - the base class's names

    def _ask_moto(self, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(self.server.moto, timeout=300)
        try:
            connection.request(self.command, self.path, body, dict(self.headers))
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def _send(self, answer: Answer) -> None:
        promised = len(answer.body) + answer.missing
        length = answer.headers.get("Content-Length", "0") if self.command == "HEAD" else promised
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            if name.lower() not in _OF_A_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(answer.body)
        self.close_connection |= bool(answer.missing)

    def log_message(self, *_: object) -> None:
        pass


def _service(headers: Mapping[str, str]) -> str:
    signed = re.search(r"Credential=[^/]*/\d+/[^/]*/([^/]+)/", headers.get("Authorization") or "")
    return signed[1] if signed else "unsigned"


def _operation(method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the name of an operation, as each protocol of AWS has it; method and path for those of REST."""
    if target := headers.get("X-Amz-Target"):
        return target.rpartition(".")[2]
    if "/operation/" in path:
        return path.rpartition("/")[2]
    if headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return parse_qs(body.decode()).get("Action", ["?"])[0]
    return f"{method} {path}"
