"""Shadow traffic: a request that one release answers is scored by the others, whose answers nobody gets."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter

from models.aws import open_catalog
from serving.mirror import MAX_WAITING, Counts, Mirror, others
from serving.runtime import Runtime
from sixfold.outputs import PlatformRefs

MADE = "2026-11-24T02:30:00+00:00"


class Other(ThreadingHTTPServer):
    """Another release: it keeps what it is asked, and answers when it is told to."""

    def __init__(self) -> None:
        self.asked: Queue[tuple[str, bytes, dict[str, str]]] = Queue()
        self.may_answer = threading.Event()
        self.may_answer.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Other

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.put((self.path, body, {name.lower(): value for name, value in self.headers.items()}))
        self.server.may_answer.wait()
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[Other]:
    with Other() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.may_answer.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    registry = CollectorRegistry()
    mirror = Mirror(Counts(*(Counter(name, name, registry=registry) for name in Counts._fields)))
    yield mirror
    mirror.close()


def test_a_copy_has_the_row_and_the_moment_of_the_answer(
    client: httpx.Client, row: dict[str, Any], other: Other
) -> None:
    answer = client.post("/predict", json=row, headers={"X-Mirror-To": other.address, "X-Consumer": "rebooking"})
    path, body, headers = other.asked.get(timeout=30)
    assert (answer.status_code, path, body) == (200, "/predict", answer.request.content)
    assert headers["x-consumer"] == "rebooking"
    assert datetime.fromisoformat(headers["x-shadow"]) <= datetime.now(UTC)


def test_a_shadow_is_logged_as_one_at_the_moment_of_the_answer_and_counts_for_no_objective(
    runtime: Runtime, platform: PlatformRefs, client: httpx.Client, row: dict[str, Any], other: Other
) -> None:
    made = datetime.now(UTC) - timedelta(minutes=1)
    client.post("/predict", json=row, headers={"X-Shadow": made.isoformat(), "X-Mirror-To": other.address})
    runtime.close()
    (logged,) = open_catalog(platform).load_table(("predictions", "flight_delays")).scan().to_arrow().to_pylist()
    assert (logged["shadow"], logged["time"]) == (True, made)
    assert runtime.registry.get_sample_value("sixfold_request_seconds_count", _labels()) == 0
    assert runtime.registry.get_sample_value("sixfold_shadow_requests_total", _labels(code="200")) == 1
    assert other.asked.empty()


def test_a_release_does_not_mirror_to_itself() -> None:
    assert others("127.0.0.1:1,127.0.0.1:2", "127.0.0.1:2") == ["127.0.0.1:1"]
    assert others("", "127.0.0.1:2") == []


@pytest.mark.parametrize(
    "named",
    [
        "127.0.0.1:4604/features-x/k?",
        "user@host:1",
        "host",
        "host:1:2",
        "[::1]:80",
        "host:99999999",
        "h:1\r\nX-Y: z",
        "*:1",
    ],
)
def test_an_address_is_a_name_and_a_port_and_nothing_else(named: str) -> None:
    assert others(named, "") == []


def test_a_release_behind_a_service_knows_itself_by_the_address_of_that(
    runtime: Runtime, client: httpx.Client, row: dict[str, Any], other: Other
) -> None:
    runtime.settings = runtime.settings.model_copy(update={"address": "release-a.serving:8080"})
    client.post("/predict", json=row, headers={"X-Mirror-To": f"release-a.serving:8080,{other.address}"})
    other.asked.get(timeout=30)
    runtime.close()
    assert runtime.registry.get_sample_value("sixfold_mirrored_total", _labels(outcome="sent")) == 1
    assert runtime.registry.get_sample_value("sixfold_mirrored_total", _labels(outcome="dropped")) == 0


def test_a_release_that_hangs_costs_copies_never_an_answer(mirror: Mirror, other: Other) -> None:
    other.may_answer.clear()
    for _ in range(MAX_WAITING + 5):
        mirror.send([other.address], b"{}", {}.get, MADE)
    assert mirror._counts.dropped._value.get() == 5


def test_a_release_that_is_away_is_counted(mirror: Mirror, free_port: Callable[[], int]) -> None:
    mirror.send([f"127.0.0.1:{free_port()}"], b"{}", {}.get, MADE)
    mirror._pool.shutdown()
    assert mirror._counts.dropped._value.get() == 1


def _labels(**more: str) -> dict[str, str]:
    return {"product": "flight-delays", "api_version": "v1", "release": "a" * 12, **more}


def test_a_copy_of_a_request_of_last_week_is_refused(client: httpx.Client, row: dict[str, Any]) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    assert client.post("/predict", json=row, headers={"X-Shadow": long_ago}).status_code == 400
