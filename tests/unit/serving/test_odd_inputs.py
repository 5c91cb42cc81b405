import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.runtime import Runtime
from sixfold.outputs import PlatformRefs

GOOD = {
    "origin": "JFK",
    "dest": "LAX",
    "carrier": "AA",
    "flight": 1,
    "scheduled_departure": "2013-12-01T09:00:00-05:00",
}
TEXT = json.dumps(GOOD)


def with_flight(value: str) -> str:
    return TEXT.replace('"flight": 1', f'"flight": {value}')


ODD: dict[str, tuple[str | bytes, int]] = {
    "empty body": ("", 400),
    "not JSON": ("{", 400),
    "not UTF-8": (b'{"origin": "\xff"}', 400),
    "UTF-16": (TEXT.encode("utf-16"), 400),
    "byte order mark": (b"\xef\xbb\xbf" + TEXT.encode(), 400),
    "two documents": (TEXT + TEXT, 400),
    "NaN": (with_flight("NaN"), 400),
    "Infinity": (with_flight("Infinity"), 400),
    "-Infinity": (with_flight("-Infinity"), 400),
    "1e400": (with_flight("1e400"), 400),
    "1e39": (with_flight("1e39"), 400),
    "an integer of 5000 digits": (with_flight("9" * 5000), 400),
    "nested too deep": ("[" * 100_000, 400),
    "duplicate key": (TEXT[:-1] + ', "origin": "LGA"}', 400),
    "null": ("null", 422),
    "a list": (f"[{TEXT}]", 422),
    "a number": ("1", 422),
    "number as string": (with_flight('"1"'), 422),
    "boolean as number": (with_flight("true"), 422),
    "fraction as integer": (with_flight("1.5"), 422),
    "null as number": (with_flight("null"), 422),
    "extra key": (TEXT[:-1] + ', "extra": 1}', 422),
    "missing key": ('{"origin": "JFK"}', 422),
    "unknown airport": (TEXT.replace("JFK", "LHR"), 422),
    "no time zone": (TEXT.replace("-05:00", ""), 422),
    "lone surrogate": (TEXT.replace("LAX", "\\ud800AX"), 422),
    "empty list": ('{"rows": []}', 422),
    "rows is no list": ('{"rows": 1}', 422),
    "rows and more": (f'{{"rows": [{TEXT}], "extra": 1}}', 422),
    "ragged rows": (f'{{"rows": [{TEXT}, {{"origin": "JFK"}}]}}', 422),
    "a row that is a list": ('{"rows": [[1, 2]]}', 422),
    "1001 rows": (f'{{"rows": [{",".join(["1"] * 1001)}]}}', 422),
    "a body beyond 1 MiB": (" " * 1_048_577, 413),
}


@pytest.fixture
def platform(nowhere: PlatformRefs) -> PlatformRefs:
    """Refused rows are not logged: no lake is needed."""
    return nowhere


@pytest.fixture(autouse=True)
def _no_log(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "log", lambda *_: None)


@pytest.mark.parametrize("name", ODD)
def test_odd_input_is_refused_as_a_problem(client: httpx.Client, name: str) -> None:
    body, status = ODD[name]
    answer = client.post("/predict", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert {"type", "title", "status", "detail"} <= answer.json().keys()
    assert answer.json()["status"] == status


@pytest.mark.parametrize(
    "kind",
    ["", "text/plain", "application/jsonp", "multipart/form-data; boundary=x", "application/json; charset=latin-1"],
)
def test_another_content_type_is_refused(client: httpx.Client, kind: str) -> None:
    assert client.post("/predict", content=TEXT, headers={"Content-Type": kind}).status_code == 415


@pytest.mark.parametrize(
    "kind",
    [
        *("application/json; charset=utf8", 'application/json;charset="UTF-8"; v=1', 'application/json; profile="x"'),
        *("application/json; charset = utf-8", "APPLICATION/JSON", "application/json;"),
    ],
)
@pytest.mark.parametrize("coding", ["Identity", "identity", ""])
def test_what_a_type_and_a_coding_may_say_besides_does_no_harm(client: httpx.Client, kind: str, coding: str) -> None:
    headers = {"Content-Type": kind, "Content-Encoding": coding}
    assert client.post("/predict", content=TEXT, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/docs.json", "/metrics"])
def test_head_is_get_without_a_body(client: httpx.Client, path: str) -> None:
    asked, whole = client.head(path), client.get(path)
    assert (asked.status_code, whole.status_code) == (200, 200)
    assert asked.headers["content-type"] == whole.headers["content-type"]


@pytest.mark.parametrize("moment", ["20131231", "1388528100", "1388528100000", "1388528100.5", "0", "-1", "+5"])
def test_digits_are_no_moment(client: httpx.Client, moment: str) -> None:
    assert client.post("/predict", json=GOOD | {"scheduled_departure": moment}).status_code == 422


def test_compressed_bodies_are_refused(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert client.post("/predict", content=TEXT, headers=headers).status_code == 415


def test_a_body_of_unknown_length_is_cut_off(client: httpx.Client) -> None:
    chunks = (b" " * 65_536 for _ in range(17))
    answer = client.post("/predict", content=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_each_fault_of_a_batch_is_pointed_at(client: httpx.Client) -> None:
    answer = client.post("/predict", json={"rows": [GOOD, GOOD | {"flight": "1"}]})
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#/rows/1/flight"]


def test_a_wrong_path_and_a_wrong_method_are_problems(client: httpx.Client) -> None:
    missing, wrong = client.get("/nope"), client.get("/predict")
    assert (missing.status_code, wrong.status_code, wrong.headers["allow"]) == (404, 405, "POST")
    assert missing.headers["content-type"] == wrong.headers["content-type"] == "application/problem+json"


def test_a_refused_request_is_counted_by_its_code(client: httpx.Client) -> None:
    client.post("/predict", content="{", headers={"Content-Type": "application/json"})
    assert 'code="400"' in client.get("/metrics").text


def test_too_many_requests_at_once_are_asked_to_wait(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.room.MOST_ROWS", -200)
    answer = client.post("/predict", json=GOOD)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert 'code="503"' in client.get("/metrics").text


def test_a_fault_of_our_own_says_nothing_of_the_inside(
    client: httpx.Client, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.predictor._model, "score", lambda _: [2.0])
    answer = client.post("/predict", json=GOOD)
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "late_probability" not in answer.text


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*GOOD, "rows"]) | st.text(), inner),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=ANY_JSON)
def test_no_json_makes_the_service_fail(client: httpx.Client, document: Any) -> None:
    answer = client.post("/predict", content=json.dumps(document), headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 422}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(st.sampled_from([*GOOD, "tailnum"]), st.none() | st.integers() | st.text() | st.floats())
)
def test_no_value_makes_the_service_fail(client: httpx.Client, changes: dict[str, Any]) -> None:
    answer = client.post("/predict", content=json.dumps(GOOD | changes), headers={"Content-Type": "application/json"})
    assert answer.status_code in {200, 400, 422}
