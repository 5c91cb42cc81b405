"""AWS handlers on moto or on answers written down, and a process to supervise that can crash and be slow to stop."""

import json
import sys
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPException
from pathlib import Path
from threading import Event
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pulumi_sixfold.aws.complete import watch
from pulumi_sixfold.kit.handler import Handler, ProviderArgs
from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler

SERVER = """
import base64, contextlib, http.server, json, os, pathlib, signal, socket, socketserver, sys, threading
port, folder = int(sys.argv[1]), pathlib.Path(sys.argv[2])
config = (folder / "config.json").read_text()
print("starting with", config, flush=True)
if "bad" in config:
    sys.exit("the config is bad")

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        login = "Basic " + base64.b64encode(os.environ["LOGIN"].encode()).decode() if "LOGIN" in os.environ else None
        if self.headers["Authorization"] != login:
            return self.answer(401, "")
        self.answer(200, json.dumps({"pid": os.getpid(), "config": config, "env": dict(os.environ)}))

    def do_POST(self):
        global config
        new = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if "bad" in new:
            return self.answer(400, "the config is bad")
        config = new
        self.answer(200, "")

def stop(*_):
    with contextlib.suppress(OSError):  # nobody reads when supervisord was killed
        print("stopping gracefully", flush=True)
    os._exit(0)

def read_again(*_):
    global config
    config = (folder / "config.json").read_text()

class AtSocket(http.server.ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)

if "ADMIN" in os.environ:
    Handler.address_string = lambda self: "at the socket"
    threading.Thread(target=AtSocket(os.environ["ADMIN"], Handler).serve_forever, daemon=True).start()
signal.signal(signal.SIGHUP, read_again)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "stubborn" in config else stop)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@pytest.fixture
def make(moto: str) -> Callable[..., Any]:
    """A function that makes a handler for the moto server, with settings of the provider where they are given."""

    def handler(kind: type[Handler[Any]], **settings: str | None) -> Any:
        given = {"region": "eu-west-1", "endpoint": moto} | settings
        return kind(ProviderArgs.model_validate(given), Event())

    return handler


@pytest.fixture
def client(moto: str) -> Callable[[str], Any]:
    """A function that gives a boto3 client for the moto server."""
    session: Any = boto3.Session(region_name="eu-west-1")
    return lambda service: session.client(service, endpoint_url=moto)


@pytest.fixture
def scripted() -> Iterator[Callable[..., Any]]:
    """A function `(kind, *(operation, request, answer))` that makes a handler whose AWS answers just these calls.

    botocore's Stubber checks the order, the requests, and that both have the shapes of AWS. An answer that is a text is
    the code of an error.
    """
    stubs: list[Stubber] = []

    def handler(kind: type[Handler[Any]], *calls: tuple[str, dict[str, Any], dict[str, Any] | str]) -> Any:
        session: Any = boto3.Session("test", "test", region_name="eu-west-1")
        made: Any = kind(ProviderArgs(region="eu-west-1", account="123456789012"), Event())
        made.account, made.client = "123456789012", session.client(made.facts.service)
        watch(made.client)
        stubs.append(stub := Stubber(made.client))
        for operation, request, answer in calls:
            if isinstance(answer, str):
                stub.add_client_error(operation, answer, expected_params=request)
            else:
                stub.add_response(operation, answer, request)
        stub.activate()
        return made

    yield handler
    for stub in stubs:
        stub.assert_no_pending_responses()


@pytest.fixture
def handler() -> ProcessHandler:
    return ProcessHandler(ProviderArgs(), Event())


@pytest.fixture
def server(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Callable[..., ProcessArgs]]:
    """A function that gives the inputs of a server on a free port; all of them are stopped at the end."""
    script = tmp_path / "server.py"
    script.write_text(SERVER)

    def make(config: str = "one", port: int | None = None, **more: Any) -> ProcessArgs:
        url = f"http://127.0.0.1:{port or free_port()}/"
        inputs: dict[str, Any] = {
            "home": str(tmp_path / "home"),
            "command": [sys.executable, str(script), url.rsplit(":", 1)[1].strip("/"), "{dir}"],
            "files": {"config.json": config},
            "health_url": url,
            "program": "server-1",
            "start_timeout_s": 20,
            "stop_timeout_s": 2,
        }
        return ProcessArgs.model_validate(inputs | more)

    yield make
    handler = ProcessHandler(ProviderArgs(), Event())
    for spec in (tmp_path / "home" / "run" / "conf.d").glob("*.json"):
        handler.delete(str(tmp_path / "home" / "run" / spec.stem), make())


@pytest.fixture
def ask() -> Callable[[ProcessArgs], dict[str, Any] | None]:
    """A function that asks a server for its pid, config and environment; None where nothing answers."""

    def get(args: ProcessArgs) -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(str(args.health_url), timeout=5) as answer:  # noqa: S310 - our own server
                return dict(json.loads(answer.read()))
        except (OSError, HTTPException, ValueError):  # it is not there, or ended before it had said all
            return None

    return get
