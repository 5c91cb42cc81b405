"""Odd requests to a release of each product: none makes it fail, and none passes that its schema refuses."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn

import httpx
import pytest
from jsonschema import Draft202012Validator

from sixfold.contract import load_products
from tests.attacks.conftest import Note
from tests.attacks.release.conftest import PRODUCTS

ClientOf = Callable[[str], httpx.AsyncClient]
NAMES = sorted(load_products(PRODUCTS))
JSON = {"Content-Type": "application/json"}
WRONGLY_ACCEPTED = -1
_HERE = "@here@"
_DATES = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)",
}


def _odd(*kinds: str) -> list[str]:
    """Return odd texts of some kinds; `@long a 9` in the file is nine times an a."""
    whole = json.loads(Path(__file__).with_name("odd_values.json").read_text())
    return [_at_length(text) for kind in kinds for text in whole[kind]]


def _at_length(text: str) -> str:
    _, *long = text.split(" ") if text.startswith("@long ") else [text]
    return long[0] * int(long[1]) if long else text


def _bodies(example: Mapping[str, Any]) -> Iterator[str]:
    """Yield the example with an odd text in the place of each value, with odd keys, and in odd shapes."""
    texts = _odd("texts", "moments")
    odd = [*_odd("numbers", "no JSON", "other JSON"), *map(json.dumps, texts), "[" * 60 + "]" * 60]
    yield from (json.dumps({**example, name: _HERE}).replace(f'"{_HERE}"', text) for name in example for text in odd)
    for text in texts:
        yield json.dumps({**example, text: 1})
        yield json.dumps({"rows": [example], text: 1})
    one = json.dumps(example)
    yield from ("", " ", one + one, f"[{one}]", one[:-1], one + ",")
    yield from (f'{{"rows": {rows}}}' for rows in (one, "[]", "[null]", "{}", "1"))
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


def _note_all(note: Note, what: str, where: str, found: list[tuple[str, int]]) -> None:
    for status, count in sorted(Counter(status for _, status in found).items()):
        note(what, where, f"{status}: {count}")


@pytest.mark.parametrize("name", NAMES)
def test_no_row_makes_a_release_fail_and_none_passes_that_its_schema_refuses(
    client_of: ClientOf, name: str, note: Note
) -> None:
    async def ask() -> list[tuple[str, int]]:
        async with client_of(name) as client:
            row = (await client.get("/openapi.json")).json()["components"]["schemas"]["Row"]
            found = []
            for body in _bodies(load_products(PRODUCTS)[name].example):
                answer = await client.post("/predict", content=body.encode(errors="surrogatepass"), headers=JSON)
                wrong = answer.status_code == HTTPStatus.OK and not _acceptable(body, row)
                found.append((body[:200], WRONGLY_ACCEPTED if wrong else answer.status_code))
            return found

    found = asyncio.run(ask())
    _note_all(note, "an odd row", name, found)
    assert len(found) >= 300
    assert [each for each in found if each[1] not in {200, 400, 413, 422}] == []


def test_no_feedback_makes_a_release_fail(client_of: ClientOf, note: Note) -> None:
    texts = _odd("texts", "moments")
    odd = [*_odd("numbers", "no JSON", "other JSON"), *map(json.dumps, texts), "[" * 60 + "]" * 60]
    example = load_products(PRODUCTS)["flight-delays"].example

    async def ask() -> list[tuple[str, int]]:
        async with client_of("flight-delays") as client:
            own = (await client.post("/predict", json=example)).json()["prediction_id"]
            said = {"prediction_id": own, "label": 1, "unexpected": "odd"}
            whole = [json.dumps({**said, name: _HERE}).replace(f'"{_HERE}"', text) for name in said for text in odd]
            whole += [json.dumps({"prediction_id": own, "unexpected": text}) for text in texts]
            sent = [(body, body.encode(errors="surrogatepass")) for body in whole]
            return [
                (body[:200], (await client.post("/feedback", content=data, headers=JSON)).status_code)
                for body, data in sent
            ]

    found = asyncio.run(ask())
    _note_all(note, "odd feedback", "flight-delays", found)
    assert {status for _, status in found} <= {202, 400, 403, 404, 413, 422}, found


def test_no_path_method_or_header_makes_a_release_fail(client_of: ClientOf, note: Note) -> None:
    headers = [JSON | {"Content-Type": kind} for kind in _odd("content types")]
    headers += [JSON | {name: value} for name in _odd("headers") for value in _odd("header values")]
    body = json.dumps(load_products(PRODUCTS)["flight-delays"].example).encode()

    async def ask() -> list[tuple[str, int]]:
        async with client_of("flight-delays") as client:
            posts = [
                client.build_request("POST", path, content=body, headers=[(k, v.encode()) for k, v in each.items()])  # type: ignore[list-item] # httpx takes bytes too
                for each in headers
                for path in ("/predict", "/feedback")
            ]
            others = [client.build_request(method, path) for path in _odd("paths") for method in _odd("methods")]
            return [(repr(each), (await client.send(each)).status_code) for each in [*posts, *others]]

    found = asyncio.run(ask())
    _note_all(note, "an odd path, method or header", "flight-delays", found)
    assert [each for each in found if each[1] >= HTTPStatus.INTERNAL_SERVER_ERROR] == []
