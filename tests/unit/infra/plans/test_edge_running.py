"""The edge as it runs: two real Caddy processes in front of two releases."""

import socket
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from infra.plans.routing.caddy import portal_config
from infra.plans.routing.routes import MAX_BODY_BYTES
from tests._servers import await_answer
from tests.unit.infra.plans._edge import Edge, running_edge, start_caddy

CLIENTS, REQUESTS, RELOADS = 6, 250, 10


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    with running_edge(tmp_path) as edge:
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


def test_the_portal_s_metrics_are_at_a_port_of_their_own(free_port: Callable[[], int], tmp_path: Path) -> None:
    port, metrics = free_port(), free_port()
    config = portal_config(traffic=(), portal_html="<p>", port=port, metrics_port=metrics)
    for server in config["apps"]["http"]["servers"].values():
        server["listen"] = [f"127.0.0.1{address}" for address in server["listen"]]
    with ExitStack() as stack:
        start_caddy(stack, tmp_path / "portal.json", config, {})
        await_answer(f"http://127.0.0.1:{port}")
        counted = httpx.get(f"http://127.0.0.1:{metrics}/metrics").raise_for_status().text
        status = httpx.get(f"http://127.0.0.1:{port}/metrics").status_code
    assert 'caddy_http_requests_total{handler="static_response"' in counted
    assert status == 404


def _call(url: str, answers: Counter[str]) -> None:
    with httpx.Client(timeout=20) as client:
        for _ in range(REQUESTS):
            try:
                answer = client.post(f"{url}/p/v1/predict", json={})
                answers[f"{answer.status_code} {answer.text}"] += 1
            except httpx.TransportError as error:
                answers[repr(error)] += 1


@pytest.fixture
def hung(edge: Edge) -> Iterator[Edge]:
    """The edge whose first release takes connections, as the kernel does for a stopped process, and answers none."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        edge.releases = (SimpleNamespace(server_port=silent.getsockname()[1]), edge.releases[1])
        yield edge


@pytest.mark.parametrize(("weights", "status"), [((50, 50), 200), ((100, 0), 503)])
def test_requests_leave_a_release_that_hangs_within_five_seconds(
    hung: Edge, weights: tuple[int, int], status: int
) -> None:
    hung.load(*weights)
    time.sleep(5)
    began = time.monotonic()
    answers = {httpx.post(f"{hung.url}/p/v1/predict", json={}, timeout=20).status_code for _ in range(2)}
    assert answers == {status}
    assert time.monotonic() - began < 2 * 6  # another release is waited for, 5 s each time
