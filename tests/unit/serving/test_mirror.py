"""Shadow traffic: a request that one release answers is scored by the others, whose answers nobody gets."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
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
from sixfold import keyring
from sixfold.keyring import Keyring
from sixfold.outputs import PlatformRefs
from sixfold.signatures import copied_from, sign_copy

MARK = "2026-11-24T02:30:00+00:00 rebooking 00"
SHORT = "a" * 12


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
    client: httpx.Client, row: dict[str, Any], other: Other, ring: Keyring, as_consumer: Any
) -> None:
    answer = client.post("/predict", json=row, headers={"X-Mirror-To": other.address, **as_consumer("rebooking")})
    path, body, headers = other.asked.get(timeout=30)
    assert (answer.status_code, path, body) == (200, "/predict", answer.request.content)
    made, consumer = copied_from(ring.signers, headers["x-shadow"], body) or ("", "")
    assert (datetime.fromisoformat(made) <= datetime.now(UTC), consumer) == (True, "rebooking")


def test_a_copy_does_not_have_the_key_of_the_consumer(
    client: httpx.Client, row: dict[str, Any], other: Other, as_consumer: Any
) -> None:
    client.post("/predict", json=row, headers={"X-Mirror-To": other.address, **as_consumer("rebooking")})
    assert "authorization" not in other.asked.get(timeout=30)[2]


def test_a_shadow_is_logged_as_one_at_the_moment_of_the_answer_and_counts_for_no_objective(
    runtime: Runtime, platform: PlatformRefs, client: httpx.Client, row: dict[str, Any], other: Other, ring: Keyring
) -> None:
    made = datetime.now(UTC) - timedelta(minutes=1)
    assert _send_copy(client, ring, row, made, {"X-Mirror-To": other.address}).is_success
    runtime.close()
    (logged,) = open_catalog(platform).load_table(("predictions", "flight_delays")).scan().to_arrow().to_pylist()
    assert (logged["shadow"], logged["time"], logged["consumer"]) == (True, made, "rebooking")
    assert runtime.registry.get_sample_value("sixfold_request_seconds_count", _labels(consumer="rebooking")) == 0
    assert runtime.registry.get_sample_value("sixfold_shadow_requests_total", _labels(code="200")) == 1
    assert other.asked.empty()


@pytest.mark.parametrize(("own", "change"), [(False, ""), (True, "0"), (True, " more"), (True, "\u00e9")])
def test_a_copy_that_no_release_of_the_product_signed_is_refused(
    client: httpx.Client, runtime: Runtime, ring: Keyring, row: dict[str, Any], *, own: bool, change: str
) -> None:
    answer = _send_copy(client, ring if own else keyring.new(), row, datetime.now(UTC), change=change)
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    assert runtime.registry.get_sample_value("sixfold_predictions_total", _labels()) == 0


def test_a_release_does_not_mirror_to_itself() -> None:
    assert others("127.0.0.1:1,127.0.0.1:2", "127.0.0.1:2", SHORT) == ["127.0.0.1:1"]
    assert others("", "127.0.0.1:2", SHORT) == []


@pytest.mark.parametrize(
    "named",
    [
        *("127.0.0.1:4604/features-x/k?", "user@127.0.0.1:1", "127.0.0.1", "127.0.0.1:1:2", "127.0.0.1:99999999"),
        *("[::1]:80", "10.0.0.1:80", "127.0.0.10:80", "127.0.0.1:1\r\nX-Y: z", "*:1", "host:1", "169.254.169.254:80"),
    ],
)
def test_on_one_machine_copies_go_to_ports_of_it_alone(named: str) -> None:
    assert others(named, "127.0.0.1:4633", SHORT) == []


@pytest.mark.parametrize(
    "named",
    [
        *("prometheus.monitoring:9090", "flights-v1-bbbbbbbbbbbb.others:8080", "flights-v1-bbbbbbbbbbbb.serving:80"),
        *("flights-v2-bbbbbbbbbbbb.serving:8080", "flights-v1-evil.serving:8080", "127.0.0.1:8080"),
        *("flights-v1-bbbbbbbbbbbbxserving:8080", "u@flights-v1-bbbbbbbbbbbb.serving:8080"),
    ],
)
def test_on_a_cluster_copies_go_to_releases_of_the_same_version_alone(named: str) -> None:
    own = f"flights-v1-{SHORT}.serving:8080"
    assert others(f"{named},{own},flights-v1-bbbbbbbbbbbb.serving:8080", own, SHORT) == [
        "flights-v1-bbbbbbbbbbbb.serving:8080"
    ]


def test_a_release_that_hangs_costs_copies_never_an_answer(mirror: Mirror, other: Other) -> None:
    other.may_answer.clear()
    for _ in range(MAX_WAITING + 5):
        mirror.send([other.address], b"{}", {}.get, MARK)
    assert mirror._counts.dropped._value.get() == 5


def test_a_release_that_is_away_is_counted(mirror: Mirror, free_port: Callable[[], int]) -> None:
    mirror.send([f"127.0.0.1:{free_port()}"], b"{}", {}.get, MARK)
    mirror._pool.shutdown()
    assert mirror._counts.dropped._value.get() == 1


def _labels(**more: str) -> dict[str, str]:
    return {"product": "flight-delays", "api_version": "v1", "release": "a" * 12, **more}


def test_a_copy_of_a_request_of_last_week_is_refused(client: httpx.Client, ring: Keyring, row: dict[str, Any]) -> None:
    assert _send_copy(client, ring, row, datetime.now(UTC) - timedelta(days=7)).status_code == 400


def _send_copy(
    client: httpx.Client,
    ring: Keyring,
    row: dict[str, Any],
    made: datetime,
    headers: Mapping[str, str] = {},
    change: str = "",
) -> httpx.Response:
    body = json.dumps(row).encode()
    mark = sign_copy(ring.signers[0], "rebooking", made.isoformat(), body) + change
    sent = {"Content-Type": "application/json", "X-Shadow": mark.encode(), **headers}
    return client.post("/predict", content=body, headers=sent)
