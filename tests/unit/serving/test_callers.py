"""Who calls: keys are asked for where the contract does not say otherwise, and checked by the release."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from serving.callers import Callers
from serving.problems import Problem
from serving.rates import Rates
from serving.room import Room
from serving.runtime import Runtime
from sixfold import keyring
from sixfold.consumers import CallLimits
from sixfold.signatures import new_pass

NOW = datetime.now(UTC)
RING, KEY = keyring.add(keyring.new(), "rebooking", NOW)


@pytest.fixture
def callers() -> Iterator[Callers]:
    """Return the callers of a product that answers nobody without a key."""
    callers = Callers(lambda: RING, anonymous=False, every_s=0.01)
    yield callers
    callers.close()


def refused(call: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as refusal:
        call()
    return refusal.value


def test_a_key_says_who_calls_and_so_does_a_pass(callers: Callers) -> None:
    pass_ = new_pass(RING.signers[0], "sixfold", NOW + timedelta(hours=1))
    assert [callers.consumer(f"{scheme} {KEY}") for scheme in ("Bearer", "bearer")] == ["rebooking"] * 2
    assert callers.consumer(f"Bearer {pass_}") == "sixfold"


@pytest.mark.parametrize(
    "header",
    [
        *(None, "", "Bearer", "Bearer ", KEY, f"Basic {KEY}", f"Bearer  {KEY}", f"Bearer {KEY} ", f"Bearer {KEY}a"),
        *(
            f"Bearer {KEY[:-1]}",
            f"Bearer {KEY.upper()}",
            f"Bearer {RING.model_dump()}",
            "Bearer rebooking",
            "Bearer \xe9",
        ),
        *(f"Bearer {RING.consumers['rebooking'][0].sha256}", "Bearer " + "a" * 100_000, f"Bearer\t{KEY}"),
        f"Bearer {new_pass(RING.signers[0], 'rebooking', NOW - timedelta(seconds=1))}",
        f"Bearer {new_pass(keyring.new().signers[0], 'rebooking', NOW + timedelta(hours=1))}",
    ],
    ids=lambda _: "header",  # keys are random, and two processes have to collect the same tests
)
def test_nothing_else_opens(callers: Callers, header: str | None) -> None:
    problem = refused(lambda: callers.consumer(header))
    assert (problem.status, problem.headers) == (401, {"WWW-Authenticate": "Bearer"})


def test_where_calls_without_a_key_are_answered_a_wrong_key_is_refused_all_the_same() -> None:
    callers = Callers(lambda: RING, anonymous=True)
    assert callers.consumer(None) == "unknown"
    assert refused(lambda: callers.consumer(f"Bearer {KEY}a")).status == 401


def test_a_revoked_key_is_refused_once_the_ring_was_read_again() -> None:
    rings = iter([RING])
    callers = Callers(lambda: next(rings, keyring.revoke(RING, "rebooking", NOW)), anonymous=False, every_s=9)
    assert callers.consumer(f"Bearer {KEY}") == "rebooking"
    callers._look()
    assert refused(lambda: callers.consumer(f"Bearer {KEY}")).status == 401


def test_a_ring_that_cannot_be_read_leaves_the_one_before_and_without_one_no_key_is_called_wrong() -> None:
    answers: list[Any] = [ConnectionError(), RING, ConnectionError()]

    def read() -> Any:
        if isinstance(found := answers.pop(0), Exception):
            raise found
        return found

    callers = Callers(read, anonymous=False, every_s=9)
    assert refused(lambda: callers.consumer(f"Bearer {KEY}")).status == 503
    callers._look()
    callers._look()
    assert (answers, callers.consumer(f"Bearer {KEY}")) == ([], "rebooking")


def test_a_release_that_asks_for_keys_answers_nothing_else_and_shows_its_docs(
    client: httpx.Client, runtime: Runtime, row: dict[str, Any], as_consumer: Any
) -> None:
    runtime.callers.anonymous = False
    for path in ("/predict", "/feedback"):
        answer = client.post(path, content=b"{not even JSON", headers={"Authorization": "Bearer x"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.json().keys() == {"type", "title", "status", "detail"}
    assert client.post("/predict", json=row, headers=as_consumer("rebooking")).status_code == 200
    assert client.get("/docs").status_code == client.get("/openapi.json").status_code == 200
    assert 'code="401",consumer="unknown"' in client.get("/metrics").text


def test_a_consumer_that_sends_more_than_its_rate_is_asked_to_wait_and_another_is_not() -> None:
    now = [0.0]
    rates = Rates({"rebooking": CallLimits(requests_per_second=5)}, clock=lambda: now[0])
    for _ in range(10):
        rates.take("rebooking")
    problem = refused(lambda: rates.take("rebooking"))
    rates.take("gate-planning")
    assert (problem.status, problem.headers) == (429, {"Retry-After": "1"})
    now[0] = 0.2
    rates.take("rebooking")
    assert refused(lambda: rates.take("rebooking")).status == 429


def test_a_slow_rate_still_lets_one_request_in() -> None:
    rates = Rates({"rebooking": CallLimits(requests_per_second=0.01)}, clock=lambda: 0)
    rates.take("rebooking")
    assert refused(lambda: rates.take("rebooking")).headers == {"Retry-After": "100"}


def test_a_consumer_has_only_its_own_rows_in_flight() -> None:
    room = Room({"rebooking": CallLimits(rows_in_flight=100)})
    with room.taken("rebooking", 60, 9_999):
        problem = refused(lambda: room.require("rebooking", 41, 9_999))
        room.require("rebooking", 40, 9_999)
        room.require("gate-planning", 1_000, 9_999)
    room.require("rebooking", 100, 9_999)
    assert (problem.status, problem.headers) == (429, {"Retry-After": "1"})


def test_what_a_consumer_is_refused_is_counted_as_its_own(
    client: httpx.Client, runtime: Runtime, row: dict[str, Any], as_consumer: Any
) -> None:
    runtime.rates = Rates({"rebooking": CallLimits(requests_per_second=0.01)})
    answers = [client.post("/predict", json=row, headers=as_consumer("rebooking")).status_code for _ in range(2)]
    assert answers == [200, 429]
    assert 'code="429",consumer="rebooking"' in client.get("/metrics").text


@pytest.mark.parametrize(
    "headers",
    [
        *({"Host": host} for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example")),
        *(
            {"Origin": page}
            for page in ("http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1.evil.example")
        ),
    ],
)
def test_a_release_on_one_machine_answers_no_page_of_elsewhere(
    client: httpx.Client, row: dict[str, Any], headers: dict[str, str]
) -> None:
    assert client.post("/predict", json=row, headers=headers).status_code == 403
    assert client.get("/docs", headers=headers).status_code == 403
    assert client.get("/docs", headers={"Origin": "http://127.0.0.1:4600", "Host": "localhost:1"}).status_code == 200
