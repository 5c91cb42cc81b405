"""Callers who send half of a request, or far too much: a well-behaved consumer is answered beside them."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from serving.runtime import Runtime
from sixfold.contract import load_products
from tests.attacks.conftest import Note
from tests.attacks.release.conftest import PRODUCTS
from tests.unit.serving.conftest import listening

EXAMPLE = load_products(PRODUCTS)["flight-delays"].example


@pytest.fixture
def served(release: Callable[[str], Runtime], free_port: Callable[[], int]) -> Iterator[int]:
    """The port of a release that listens."""
    with listening(release("flight-delays"), free_port()) as port:
        yield port


@pytest.mark.parametrize("path", ["/predict", "/feedback"])
def test_200_half_sent_bodies_hold_no_place(served: int, path: str, note: Note) -> None:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    held = [socket.create_connection(("127.0.0.1", served)) for _ in range(200)]
    for each in held:
        each.sendall(head.encode())
    with httpx.Client(base_url=f"http://127.0.0.1:{served}") as client:
        answers = [client.post("/predict", json=EXAMPLE).status_code for _ in range(20)]
    for each in held:
        each.close()
    note("200 half-sent bodies", path, f"20 whole requests beside them: {sorted(set(answers))}")
    assert answers == [200] * 20


def test_a_flood_of_full_batches_refuses_no_single_row(served: int, note: Note) -> None:
    batch = json.dumps({"rows": [EXAMPLE] * 1000})
    url, kind = f"http://127.0.0.1:{served}", {"Content-Type": "application/json"}
    with ThreadPoolExecutor(16) as pool, httpx.Client(base_url=url, timeout=60) as client:
        flood = [pool.submit(client.post, "/predict", content=batch, headers=kind) for _ in range(48)]
        waited = []
        while not all(each.done() for each in flood):
            started = time.perf_counter()
            answer = client.post("/predict", json=EXAMPLE)
            waited.append((answer.status_code, time.perf_counter() - started))
        codes = {each.result().status_code for each in flood}
    times = sorted(seconds for code, seconds in waited if code == 200)
    figures = f"median {times[len(times) // 2] * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms"
    note("single rows beside 16 full batches", "flight-delays", f"{figures}, {len(waited) - len(times)} refused")
    assert codes <= {200, 503}
    assert len(times) == len(waited)
