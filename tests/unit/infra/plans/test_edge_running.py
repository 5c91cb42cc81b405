"""The edge as it runs: two real Caddy processes in front of two releases."""

import json
import os
import stat
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.plans.routing.caddy import (
    ADMIN_SOCKET,
    front_config,
    portal_config,
    router_config,
)
from infra.plans.routing.routes import MAX_BODY_BYTES
from infra.plans.routing.traffic import Upstream, VersionTraffic
from pulumi_sixfold.local.reload import post
from sixfold.contract import Status

CLIENTS, REQUESTS, RELOADS = 6, 250, 10


class Release(BaseHTTPRequestHandler):
    """Answers everything with its own name."""

    protocol_version = "HTTP/1.1"
    wbufsize = 4096  # one packet an answer: two would wait 40 ms for each other

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_GET(self) -> None:
        name = f"{self.server.server_port} {self.path}".encode()  # type: ignore[attr-defined]  # of HTTPServer
        self.send_response(200)
        self.send_header("Content-Length", str(len(name)))
        self.end_headers()
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


@pytest.fixture
def edge(
    free_port: Callable[[], int], tool: Callable[[str], str], write: Callable[[str, Any], str], tmp_path: Path
) -> Iterator[Edge]:
    front, *ports = (free_port() for _ in range(4))
    admin, environment = tmp_path / "admin.sock", os.environ | {ADMIN_SOCKET: str(tmp_path / "admin.sock")}
    with ExitStack() as stack:
        releases = (_serve(stack), _serve(stack))
        router = _router((ports[0], ports[1]), _traffic(releases, (50, 50)))
        fixed = front_config(port=front, router_port=ports[0], metrics_port=ports[2])
        configs = {"router.json": router, "front.json": fixed}
        for name, config in configs.items():
            command = [tool("caddy"), "run", "--config", write(name, config)]
            process = stack.enter_context(subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL))
            stack.callback(process.kill)
        metrics = {"router": ports[1], "front": ports[2]}
        edge = Edge(f"http://127.0.0.1:{front}", admin, metrics, (ports[0], ports[1]), releases)
        _wait(edge.url)
        yield edge


def test_changes_of_weight_and_release_under_load_fail_no_request(edge: Edge) -> None:
    answers: Counter[str] = Counter()
    clients = [threading.Thread(target=_call, args=(edge.url, answers)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for change in range(RELOADS):
        time.sleep(0.1)
        edge.load(*((100, 0), (0, 100), (90, 10))[change % 3])
    for client in clients:
        client.join()
    names = {f"200 {release.server_port} /predict" for release in edge.releases}
    assert answers.total() == CLIENTS * REQUESTS
    assert set(answers) == names, answers


def test_a_release_that_goes_away_fails_no_request(edge: Edge) -> None:
    answers: Counter[str] = Counter()
    client = threading.Thread(target=_call, args=(edge.url, answers))
    client.start()
    time.sleep(0.1)
    edge.releases[0].shutdown()
    edge.releases[0].server_close()
    client.join()
    assert {answer.split()[0] for answer in answers} == {"200"}, answers


def test_shares_are_those_of_the_plan(edge: Edge) -> None:
    edge.load(90, 10)
    answers: Counter[str] = Counter()
    _call(edge.url, answers)
    share = answers[f"200 {edge.releases[1].server_port} /predict"] / REQUESTS
    assert share == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/p/v1/docs", 200, "/docs"),
        ("/", 200, "<p>{http.request.host}</p>"),
        ("/p/v2/predict", 503, "sixfold publish p"),
        ("/p/v3/predict", 410, "retired on"),
        ("/nothing", 404, '"available": ["/p/v1/", "/p/v2/"]'),
    ],
)
def test_each_path_says_what_is_there(edge: Edge, path: str, status: int, says: str) -> None:
    answer = httpx.get(edge.url + path)
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_BYTES, 200), (MAX_BODY_BYTES + 1, 413)])
def test_a_body_is_passed_on_whole_or_refused(edge: Edge, size: int, status: int) -> None:
    assert httpx.post(f"{edge.url}/p/v1/predict", content=b"x" * size).status_code == status


def test_only_the_user_of_the_stack_reaches_the_admin_api(edge: Edge) -> None:
    assert stat.S_IMODE(edge.admin.stat().st_mode) == 0o600
    for port in (*edge.ports, *edge.metrics.values(), int(edge.url.rsplit(":", 1)[1])):
        answers = [httpx.post(f"http://127.0.0.1:{port}{path}", json={}).status_code for path in ("/load", "/stop")]
        assert answers == [404, 404], port


@pytest.mark.parametrize("part", ["front", "router"])
def test_the_metrics_of_an_edge_are_at_a_port_of_their_own(edge: Edge, part: str) -> None:
    httpx.get(f"{edge.url}/p/v1/docs")
    counted = httpx.get(f"http://127.0.0.1:{edge.metrics[part]}/metrics").raise_for_status().text
    assert "caddy_http_requests_total{" in counted


def test_the_portal_s_metrics_are_at_a_port_of_their_own(
    free_port: Callable[[], int], tool: Callable[[str], str], write: Callable[[str, Any], str]
) -> None:
    port, metrics = free_port(), free_port()
    config = portal_config(traffic=(), portal_html="<p>", port=port, metrics_port=metrics)
    for server in config["apps"]["http"]["servers"].values():
        server["listen"] = [f"127.0.0.1{address}" for address in server["listen"]]
    command = [tool("caddy"), "run", "--config", write("portal.json", config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(f"http://127.0.0.1:{port}")
            counted = httpx.get(f"http://127.0.0.1:{metrics}/metrics").raise_for_status().text
            status = httpx.get(f"http://127.0.0.1:{port}/metrics").status_code
        finally:
            process.kill()
    assert 'caddy_http_requests_total{handler="static_response"' in counted
    assert status == 404


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
        VersionTraffic(product="p", version="v1", status=Status.LIVE, upstreams=upstreams),
        VersionTraffic(product="p", version="v2", status=Status.LIVE),
        VersionTraffic(product="p", version="v3", status=Status.RETIRED),
    )


def _serve(stack: ExitStack) -> ThreadingHTTPServer:
    server = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Release))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stack.callback(server.shutdown)
    return server


def _call(url: str, answers: Counter[str]) -> None:
    with httpx.Client(timeout=20) as client:
        for _ in range(REQUESTS):
            try:
                answer = client.post(f"{url}/p/v1/predict", json={})
                answers[f"{answer.status_code} {answer.text}"] += 1
            except httpx.TransportError as error:
                answers[repr(error)] += 1


def _wait(url: str) -> None:
    for _ in range(100):
        try:
            httpx.get(url).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} does not answer")
