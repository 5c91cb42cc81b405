"""The requests that the local edge passes to a release, and what it passes of them."""

import json
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.attacks.conftest import Note
from tests.unit.infra.plans._edge import Edge, running_edge

EVIL = "https://evil.example"
RESERVED = ("x-mirror-to", "x-shadow")


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with running_edge(tmp_path_factory.mktemp("edge")) as edge:
        yield edge


def raw(edge: Edge, method: str, target: str, *headers: str) -> tuple[int, str, list[list[str]]]:
    """Send a request just as it is spelt, and return the status, the body and the headers that reached a release."""
    host = edge.url.removeprefix("http://")
    lines = [f"{method} {target} HTTP/1.1", "Connection: close", *headers]
    lines += [] if any(line.lower().startswith("host:") for line in headers) else [f"Host: {host}"]
    with socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=10) as connection:
        connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = answer.decode().partition("\r\n\r\n")
    got: Any = [line[7:] for line in head.splitlines() if line.lower().startswith("x-got: ")]
    return int(head.split()[1]), body, json.loads(got[0]) if got else []


@pytest.mark.parametrize(
    ("method", "path", "reached"),
    [
        *(("POST", path, path.strip("/")) for path in ("/predict", "/predict/", "/feedback", "/feedback/")),
        *(("GET", path, path.strip("/")) for path in ("/docs", "/docs/", "/openapi.json", "/openapi.json/")),
        *(("HEAD", path, "") for path in ("/docs", "/openapi.json", "", "/")),
        ("GET", "", "docs"),
        ("GET", "/", "docs"),
        ("GET", "/docs?a=b", "docs?a=b"),
    ],
)
def test_the_public_paths_reach_a_release(edge: Edge, method: str, path: str, reached: str) -> None:
    status, body, got = raw(edge, method, f"/p/v1{path}", "Content-Length: 0")
    assert status == 200
    assert got
    assert method == "HEAD" or body.split()[1] == f"/{reached}"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "OPTIONS", "PUT"])
@pytest.mark.parametrize(
    "target",
    [
        *("/p/v1/metrics", "/p/v1/metrics/", "/p/v1/livez", "/p/v1/readyz", "/p/v1/healthz", "/p/v1/schema.json"),
        *("/p/v1/docs.json", "/p/v1/static_content/x", "/p/v1/nothing", "/p/v1/predict/metrics"),
        *("/p/v1//metrics", "//p/v1/metrics", "/p/v1/%6detrics", "/p/v1/%2Fmetrics", "/p/v1%2Fmetrics"),
        *("/p/v1/docs/../metrics", "/p/v1/docs/%2e%2e/metrics", "/p/v1/docs/..%2fmetrics", "/p/v1/./metrics"),
        *("/p/v1/docs/..;/metrics", "/p/v1/docs;/metrics", "/p/v1/docs/metrics", "/p/v1/docs%00", "/p/v1/docs%0a"),
        *("/P/v1/docs", "/p/V1/docs", "/p/v1/DOCS", "/p/v1/METRICS", "/p/v1/docsx", "/p/v1/docs.", "/p/v1/docs/x"),
        *("/p/v1x/docs", "/p/v1/v1/docs", "/metrics", "/predict", "/docs", "/p", "/p/", "/q/v1/docs", "/load"),
        *("/p/v1/predict%3fx", "/p/v1/predict%23", "/p/v1/predict\\", "/p/v1/docs/../../../metrics"),
    ],
)
def test_whatever_else_is_404_at_the_edge(edge: Edge, note: Note, method: str, target: str) -> None:
    status, _, got = raw(edge, method, target, "Content-Length: 0")
    note("path that is not public", "edge", str(status))
    assert (status in {400, 404}, got) == (True, [])


@pytest.mark.parametrize(("method", "path"), [("GET", "/predict"), ("PUT", "/predict"), ("POST", "/docs"), ("PUT", "")])
def test_another_method_does_not_reach_a_release(edge: Edge, method: str, path: str) -> None:
    assert raw(edge, method, f"/p/v1{path}", "Content-Length: 0")[::2] == (404, [])


@pytest.mark.parametrize("port", ["front", "router", "metrics of the front", "metrics of the router"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "headers", [{"Origin": EVIL}, {"Origin": "null"}, {"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}]
)
def test_no_web_page_of_elsewhere_is_answered(
    edge: Edge, port: str, method: str, headers: dict[str, str], client: httpx.Client
) -> None:
    ports = {"front": int(edge.url.rsplit(":", 1)[1]), "router": edge.ports[0]}
    ports |= {f"metrics of the {name}": port for name, port in edge.metrics.items()}
    for path in ("/", "/p/v1/docs", "/metrics", "/p/v3/docs", "/nothing"):
        answer = client.request(method, f"http://127.0.0.1:{ports[port]}{path}", headers=headers)
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:4600", "http://localhost:3000"])
def test_pages_of_this_machine_are_answered(edge: Edge, origin: str) -> None:
    assert httpx.get(f"{edge.url}/p/v1/docs", headers={"Origin": origin}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        ["X-Mirror-To: evil", "X-Shadow: 2026-01-01T00:00:00Z"],
        ["x-mirror-to: evil", "x-shadow: evil"],
        ["X-MIRROR-TO: evil", "X-SHADOW: evil"],
        ["X-Mirror-To: evil", "X-Mirror-To: evil2", "X-Shadow: evil", "X-Shadow: evil"],
        ["X_Mirror_To: evil", "X_Shadow: evil"],
        ["x_mirror_to: evil", "X_SHADOW: evil"],
        ["X-Mirror-To:evil", "X-Shadow:\tevil"],
        ["X-Mirror-To: 127.0.0.1:1/path?", "X-Mirror-To: user@host:1", "X-Shadow: [::1]"],
        ["Connection: X-Mirror-To, X-Shadow", "X-Mirror-To: evil", "X-Shadow: evil"],
    ],
)
def test_consumers_send_none_of_the_headers_between_releases(edge: Edge, note: Note, headers: list[str]) -> None:
    status, _, got = raw(edge, "GET", "/p/v1/docs", *headers)
    reserved = [value for name, value in got if name.lower().replace("_", "-") in RESERVED]
    note("header between releases", "edge", "passed" if "evil" in str(reserved) else "removed")
    assert status == 200
    assert reserved == [",".join(f"127.0.0.1:{release.server_port}" for release in edge.releases)]


@pytest.mark.parametrize(
    "line",
    [
        *("X-Mirror-To : evil", " X-Mirror-To: evil", "X-Mirror-To\x00: evil", "X-Mirror-To\n: evil"),
        "X-A: b\rX-Shadow: evil",
    ],
)
def test_headers_that_are_spelt_wrong_reach_no_release(edge: Edge, line: str) -> None:
    _, _, got = raw(edge, "GET", "/p/v1/docs", "A: b", line)
    assert "evil" not in [value for name, value in got if "mirror" in name.lower() or "shadow" in name.lower()]


def test_a_trailer_reaches_no_release_as_a_header(edge: Edge) -> None:
    chunked = ["Transfer-Encoding: chunked", "Trailer: X-Mirror-To", "", "0", "X-Mirror-To: evil"]
    _, _, got = raw(edge, "GET", "/p/v1/docs", *chunked)
    assert "evil" not in [value for _, value in got]
