"""Odd requests to a release of each reference product: none makes it fail, and none that its own schema refuses passes."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NoReturn

import httpx
import pytest
from jsonschema import Draft202012Validator

from sixfold.contract import load_products
from tests.attacks.conftest import PRODUCTS
from tests.attacks.odd_values import MOMENTS, NO_JSON, NUMBERS, OTHERS, TEXTS

ClientOf = Callable[[str], httpx.AsyncClient]
NAMES = sorted(load_products(PRODUCTS))
_HERE = "@here@"
_DATES = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)",
}


def _bodies(example: Mapping[str, Any]) -> Iterator[str]:
    """Yield the example with an odd text in the place of each value, with odd keys, and in odd shapes."""
    odd = [*NUMBERS, *NO_JSON, *OTHERS, *(json.dumps(text) for text in [*TEXTS, *MOMENTS])]
    for name in example:
        for text in odd:
            yield json.dumps({**example, name: _HERE}).replace(f'"{_HERE}"', text)
    for text in TEXTS:
        yield json.dumps({**example, text: 1})
        yield json.dumps({"rows": [example], text: 1})
    one = json.dumps(example)
    yield from (
        "",
        " ",
        one + one,
        f"[{one}]",
        f'{{"rows": {one}}}',
        '{"rows": []}',
        '{"rows": [null]}',
        one[:-1],
        one + ",",
    )
    yield from (f'{one[:-1]}, "{name}": {json.dumps(value)}}}' for name, value in example.items())
    yield from (json.dumps({key: value for key, value in example.items() if key != name}) for name in example)


def _acceptable(body: str, row: Mapping[str, Any]) -> bool:
    """Return whether the published schema accepts a body, as another library reads it."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    def refuse(_: str) -> NoReturn:
        raise ValueError

    try:
        given = json.loads(body, object_pairs_hook=unique, parse_constant=refuse)
    except (ValueError, RecursionError):
        return False
    if not Draft202012Validator(row).is_valid(given):
        return False
    formats = {name: schema.get("format") for name, schema in row["properties"].items()}
    dates = [(_DATES[kind], given[name]) for name, kind in formats.items() if kind in _DATES]
    texts = [value for value in given.values() if isinstance(value, str)]
    return all(re.fullmatch(form, value, re.ASCII) for form, value in dates) and all(map(str.isprintable, texts))


@pytest.mark.parametrize("name", NAMES)
def test_no_row_makes_a_release_fail_and_none_passes_that_its_schema_refuses(client_of: ClientOf, name: str) -> None:
    async def ask() -> list[tuple[str, int]]:
        async with client_of(name) as client:
            row = (await client.get("/openapi.json")).json()["components"]["schemas"]["Row"]
            kind = {"Content-Type": "application/json"}
            found = []
            for body in _bodies(load_products(PRODUCTS)[name].example):
                answer = await client.post("/predict", content=body.encode(errors="surrogatepass"), headers=kind)
                found.append(
                    (body, answer.status_code if not (answer.status_code == 200 and not _acceptable(body, row)) else -1)
                )
            return found

    found = asyncio.run(ask())
    print(f"\n{name}: {len(found)} odd rows:", dict(Counter(status for _, status in found)))  # noqa: T201 - `make attacks` shows it
    assert len(found) >= 150
    assert [(body[:200], status) for body, status in found if status not in {200, 400, 413, 422}] == []


PATHS = [
    "/",
    "//predict",
    "/predict/..",
    "/%70redict",
    "/predict;x",
    "/metrics/",
    "/schema.json",
    "/docs/../metrics",
    "/predict%00",
    "/" + "a" * 9000,
]
HEADERS = [
    {"Content-Type": kind}
    for kind in ("", "text/plain", "application/json; charset=utf-16", "application/json;charset=\"utf-8\"; x", "multipart/form-data", "é")
] + [
    {name: value, "Content-Type": "application/json"}
    for name in ("X-Replay-Time", "X-Shadow", "X-Mirror-To", "X-Consumer", "Content-Encoding", "Content-Length", "Expect", "X-Request-Id")
    for value in ("", "x" * 4000, "2013-10-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "127.0.0.1:1/x?", "-1", "1e9", "ü", "a, b")
]  # fmt: skip


def test_no_path_method_or_header_makes_a_release_fail(client_of: ClientOf) -> None:
    async def ask() -> list[tuple[object, int]]:
        async with client_of("flight-delays") as client:
            body = json.dumps(load_products(PRODUCTS)["flight-delays"].example).encode()
            found: list[tuple[object, int]] = []
            for headers in HEADERS:
                raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                for path in ("/predict", "/feedback"):
                    found.append((headers, (await client.post(path, content=body, headers=raw)).status_code))
            for path in [*PATHS, "/predict", "/feedback", "/docs", "/metrics"]:
                for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"):
                    found.append(((method, path[:40]), (await client.request(method, path)).status_code))
            return found

    found = asyncio.run(ask())
    print(f"\n{len(found)} odd paths, methods and headers:", dict(Counter(status for _, status in found)))  # noqa: T201 - the same
    assert [each for each in found if each[1] >= 500] == []
