"""The local edge for tests: real Caddy processes in front of two releases, which tell what reached them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from infra.plans.routing.caddy import ADMIN_SOCKET, front_config, router_config
from infra.plans.routing.traffic import Upstream, VersionTraffic
from pulumi_sixfold.local.reload import post
from sixfold.versions import Status
from tests._parts import free_port
from tests._servers import await_answer


class Release(BaseHTTPRequestHandler):
    """Answers everything with its own name and the path that it got; `X-Got` has the headers that it got."""

    protocol_version = "HTTP/1.1"
    wbufsize = 4096  # one packet an answer: two would wait 40 ms for each other

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name = f"{self.server.server_port} {self.path}".encode()  # type: ignore[attr-defined]  # of HTTPServer
        self.send_response(200)
        self.send_header("Content-Length", str(len(name)))
        self.send_header("X-Got", json.dumps([list(header) for header in self.headers.items()]))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(name)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Edge:
    """A running edge; `releases` are the ports of its upstreams."""

    url: str
    admin: Path
    metrics: dict[str, int]
    ports: tuple[int, int]
    releases: tuple[ThreadingHTTPServer, ThreadingHTTPServer]

    def load(self, first: int, second: int) -> None:
        """Spread v1 over the two releases in per cent."""
        config = _router(self.ports, _traffic(self.releases, (first, second)))
        post("http://{socket}/load", json.dumps(config), self.admin)


@contextmanager
def running_edge(folder: Path) -> Iterator[Edge]:
    """Run front and router, with their files in a folder, before two releases that share v1 of the product p."""
    front, *ports = (free_port() for _ in range(4))
    admin = folder / "admin.sock"
    with ExitStack() as stack:
        releases = (serve_release(stack), serve_release(stack))
        router = _router((ports[0], ports[1]), _traffic(releases, (50, 50)))
        fixed = front_config(port=front, router_port=ports[0], metrics_port=ports[2])
        for name, config in {"router.json": router, "front.json": fixed}.items():
            start_caddy(stack, folder / name, config, {ADMIN_SOCKET: str(admin)})
        metrics = {"router": ports[1], "front": ports[2]}
        edge = Edge(f"http://127.0.0.1:{front}", admin, metrics, (ports[0], ports[1]), releases)
        await_answer(edge.url)
        yield edge


def start_caddy(stack: ExitStack, file: Path, config: dict[str, Any], environment: dict[str, str]) -> None:
    """Run Caddy until the stack ends; `file` is where its configuration is written."""
    file.write_text(json.dumps(config))
    command = [Path(sys.prefix, "bin", "caddy"), "run", "--config", file]
    process = stack.enter_context(subprocess.Popen(command, env=os.environ | environment, stderr=subprocess.DEVNULL))
    stack.callback(process.kill)


def _router(ports: tuple[int, int], traffic: tuple[VersionTraffic, ...]) -> dict[str, Any]:
    html = "<p>{http.request.host}</p>"
    return router_config(traffic=traffic, portal_html=html, port=ports[0], metrics_port=ports[1])


def _traffic(releases: tuple[ThreadingHTTPServer, ...], weights: tuple[int, int]) -> tuple[VersionTraffic, ...]:
    upstreams = tuple(
        Upstream(release=str(release.server_port), address=f"127.0.0.1:{release.server_port}", weight=weight)
        for release, weight in zip(releases, weights, strict=True)
        if weight
    )
    return (
        VersionTraffic(product="p", version="v1", status=Status.CURRENT, upstreams=upstreams),
        VersionTraffic(product="p", version="v2", status=Status.CURRENT),
        VersionTraffic(product="p", version="v3", status=Status.RETIRED),
    )


def serve_release(stack: ExitStack, port: int = 0) -> ThreadingHTTPServer:
    """Serve what tells what reached it, until the stack ends."""
    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", port), Release))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    return server
