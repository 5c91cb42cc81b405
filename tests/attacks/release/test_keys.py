"""Callers who claim to be somebody: keys, passes, ids and copies that nobody gave them."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from serving.app import Application
from serving.runtime import Runtime
from sixfold import keyring
from sixfold.contract import load_products
from sixfold.signatures import new_pass, prediction_ids, sign_copy
from tests.attacks.conftest import Note
from tests.attacks.release.conftest import PRODUCTS, RING

NAME = "flight-delays"
EXAMPLE = load_products(PRODUCTS)[NAME].example
NOW = datetime.now(UTC)
OTHERS = keyring.new()
"""The keyring of another product."""


@pytest.fixture
def keyed(release: Callable[[str], Runtime]) -> httpx.AsyncClient:
    """A client of a release that answers nobody without a key."""
    runtime = release(NAME)
    runtime.callers.anonymous = False
    return httpx.AsyncClient(transport=httpx.ASGITransport(Application(runtime)), base_url="http://release")


def _changed(text: str) -> Iterator[str]:
    """Yield a text with each of its letters changed, left out and doubled."""
    for place, letter in enumerate(text):
        yield text[:place] + ("a" if letter != "a" else "b") + text[place + 1 :]
        yield text[:place] + text[place + 1 :]
        yield text[:place] + letter + text[place:]


def _credentials() -> Iterator[str]:
    pass_ = new_pass(RING.signers[0], "rebooking", NOW + timedelta(hours=1))
    foreign = new_pass(OTHERS.signers[0], "rebooking", NOW + timedelta(hours=1))
    ended = new_pass(RING.signers[0], "rebooking", NOW - timedelta(seconds=1))
    key = keyring.add(RING, "rebooking", NOW)[1]  # of a ring that the release has not
    yield from (f"Bearer {each}" for each in (*_changed(pass_), foreign, ended, key, RING.signing, "rebooking", ""))
    yield from (
        "",
        "Bearer",
        "Basic cmVib29raW5nOg==",
        "Digest x",
        "Negotiate x",
        f"Basic {pass_}",
        pass_,
        f"Bearer,{pass_}",
    )


def _ids(own: str) -> Iterator[str]:
    yield from _changed(own)
    yield from (str(uuid4()) for _ in range(100))
    yield from (prediction_ids(RING.signers[0], name)() for name in ("gate-planning", "unknown", "sixfold", ""))
    yield prediction_ids(OTHERS.signers[0], "rebooking")()


def _statuses(client: httpx.AsyncClient, ask: Callable[[httpx.AsyncClient], Awaitable[list[int]]]) -> list[int]:
    async def run() -> list[int]:
        async with client:
            return await ask(client)

    return asyncio.run(run())


def test_no_credential_that_was_not_given_out_opens(keyed: httpx.AsyncClient, note: Note) -> None:
    async def ask(client: httpx.AsyncClient) -> list[int]:
        claims = [{"X-Consumer": "rebooking"}, *({"Authorization": each} for each in _credentials())]
        return [
            (await client.post(path, json=EXAMPLE, headers=claim)).status_code
            for claim in claims
            for path in ("/predict", "/feedback")
        ]

    found = _statuses(keyed, ask)
    note("a key or pass that nobody gave out", NAME, f"{dict(Counter(found))}")
    assert (len(found) > 300, set(found)) == (True, {401})


def test_no_id_that_this_consumer_did_not_get_is_taken(keyed: httpx.AsyncClient, note: Note) -> None:
    own = {"Authorization": f"Bearer {new_pass(RING.signers[0], 'rebooking', NOW + timedelta(hours=1))}"}

    async def ask(client: httpx.AsyncClient) -> list[int]:
        predicted: Any = (await client.post("/predict", json=EXAMPLE, headers=own)).json()
        wrong = [{"prediction_id": each, "label": 1} for each in _ids(predicted["prediction_id"])]
        return [(await client.post("/feedback", json=each, headers=own)).status_code for each in wrong]

    found = _statuses(keyed, ask)
    note("an invented or foreign prediction id", NAME, f"{dict(Counter(found))}")
    assert (len(found) > 200, set(found)) == (True, {404, 422})  # 422: no UUID any more


def test_no_copy_that_no_release_sent_is_scored(keyed: httpx.AsyncClient, note: Note) -> None:
    body, other = json.dumps(EXAMPLE).encode(), b'{"rows": []}'
    mark = sign_copy(RING.signers[0], "rebooking", NOW.isoformat(), body)
    foreign = sign_copy(OTHERS.signers[0], "rebooking", NOW.isoformat(), body)

    async def ask(client: httpx.AsyncClient) -> list[int]:
        headers = [{"Content-Type": "application/json", "X-Shadow": each} for each in (*_changed(mark), foreign, "1")]
        answers = [(await client.post("/predict", content=body, headers=each)).status_code for each in headers]
        moved = {"Content-Type": "application/json", "X-Shadow": mark}
        return [*answers, (await client.post("/predict", content=other, headers=moved)).status_code]

    found = _statuses(keyed, ask)
    note("a copy that no release of the product signed", NAME, f"{dict(Counter(found))}")
    assert (len(found) > 200, set(found)) == (True, {403})
