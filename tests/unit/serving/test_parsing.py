"""Bodies of requests: strict rows alone and in batches, and what JSON forbids."""

import json
from http import HTTPStatus
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter

from serving.parsing import FLOAT32_MAX, Batch, parse, parse_rows
from serving.problems import Problem


class Row(BaseModel):
    """A row whose own model is lax: how strict a batch is must come from the batch."""

    model_config = ConfigDict(extra="forbid")

    seats: int


ROW, BATCH = TypeAdapter(Row), TypeAdapter(Batch[Row])


def _rows(document: Any) -> tuple[list[Row], bool]:
    return parse_rows(json.dumps(document).encode(), ROW, BATCH)


def _refused(body: bytes) -> Problem:
    with pytest.raises(Problem) as refusal:
        parse_rows(body, ROW, BATCH)
    return refusal.value


def test_a_row_alone_is_one_row_and_rows_are_a_batch_even_if_there_is_one() -> None:
    assert _rows({"seats": 3}) == ([Row(seats=3)], False)
    assert _rows({"rows": [{"seats": 3}]}) == ([Row(seats=3)], True)


@pytest.mark.parametrize(("count", "accepted"), [(0, False), (1, True), (1000, True), (1001, False)])
def test_a_batch_has_a_row_and_at_most_a_thousand(count: int, *, accepted: bool) -> None:
    document = {"rows": [{"seats": 3}] * count}
    if accepted:
        assert len(_rows(document)[0]) == count
    else:
        assert _refused(json.dumps(document).encode()).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_batch_takes_no_text_for_its_list_and_no_other_key() -> None:
    for document in ({"rows": "1"}, {"rows": {"0": {"seats": 3}}}, {"rows": [{"seats": 3}], "more": 1}):
        assert _refused(json.dumps(document).encode()).status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_batch_cannot_be_changed_and_takes_a_list_alone() -> None:
    batch = Batch[Row](rows=[Row(seats=1)])
    with pytest.raises(ValueError, match="frozen"):
        batch.rows = []
    with pytest.raises(ValueError, match="list"):
        Batch[Row](rows=(Row(seats=1),))  # type: ignore[arg-type] # refused


@pytest.mark.parametrize("number", [FLOAT32_MAX, -FLOAT32_MAX, 0, 1e-45])
def test_a_number_of_32_bits_is_accepted(number: float) -> None:
    assert parse(json.dumps({"x": number}).encode(), TypeAdapter(dict[str, float])) == {"x": number}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"seats": 3.5e38}', "the number 3.5e38 is too large"),
        (b'{"seats": -3.5e38}', "too large"),
        (b'{"seats": ' + b"9" * 60 + b"}", f"the number {'9' * 20} is too large"),
        (b'{"seats": NaN}', "NaN is not a JSON number"),
        (b'{"seats": 1, "seats": 2}', "the key 'seats' comes twice"),
        (b'{"a": 1, "b": 1, "b": 2}', "the key 'b' comes twice"),
        (b'{"' + b"k" * 60 + b'": 1, "' + b"k" * 60 + b'": 2}', f"the key '{'k' * 40}' comes twice"),
        (b"{", "not acceptable JSON"),
        (b"\xff", "not acceptable JSON"),
        (b"[" * 100_000, "not acceptable JSON"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(body: bytes, reason: str) -> None:
    refusal = _refused(body)
    assert (refusal.status, reason in refusal.detail) == (HTTPStatus.BAD_REQUEST, True), refusal.detail


@pytest.mark.parametrize("body", [b"[]", b"1", b'"rows"', b"null"])
def test_a_body_that_is_no_object_is_refused_with_what_to_send(body: bytes) -> None:
    refusal = _refused(body)
    assert refusal.status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'or {"rows": [...]} for many' in refusal.detail
    with pytest.raises(Problem):
        parse(body, TypeAdapter(Any))


def test_faults_are_pointed_at_all_counted_and_the_first_twenty_named() -> None:
    refusal = _refused(json.dumps({"rows": [{"seats": "many"}] * 30}).encode())
    assert refusal.detail == "30 value(s) cannot be accepted; see errors"
    assert [fault["pointer"] for fault in refusal.errors] == [f"#/rows/{place}/seats" for place in range(20)]
    assert "integer" in refusal.errors[0]["detail"]
