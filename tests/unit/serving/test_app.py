import asyncio
import re
import threading
from typing import Any
from uuid import UUID

import httpx
import pytest

from serving.docs import _within_32_bits
from serving.lookup import Lookup
from serving.parsing import FLOAT32_MAX


def sample(client: httpx.Client, name: str) -> float:
    """Return the sum of a metric's samples."""
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))


def test_one_row_gets_an_id_a_release_and_a_prediction(client: httpx.Client, row: dict[str, Any]) -> None:
    answer = client.post("/predict", json=row)
    assert answer.status_code == 200
    assert UUID(answer.json()["prediction_id"])
    assert answer.json()["release"] == answer.headers["x-release"] == "a" * 12
    assert 0 <= answer.json()["prediction"]["late_probability"] <= 1


def test_a_batch_is_answered_in_order(client: httpx.Client, row: dict[str, Any]) -> None:
    rows = [row | {"scheduled_departure": f"2013-12-01T{hour:02}:00:00-05:00"} for hour in range(24)]
    batch = client.post("/predict", json={"rows": rows}).json()
    singles = [client.post("/predict", json=each).json()["prediction"] for each in rows]
    assert [each["prediction"] for each in batch["predictions"]] == singles
    assert len({each["prediction_id"] for each in batch["predictions"]}) == 24


def test_a_batch_of_a_thousand_is_accepted(client: httpx.Client, row: dict[str, Any]) -> None:
    assert len(client.post("/predict", json={"rows": [row] * 1000}).json()["predictions"]) == 1000


def test_a_missing_feature_is_counted_and_answered(client: httpx.Client, store: Any, row: dict[str, Any]) -> None:
    store.known = lambda _: {"wind_speed": None}
    assert client.post("/predict", json=row).status_code == 200
    assert sample(client, "sixfold_feature_missing_total") == 2
    assert (
        'sixfold_fallback_total{api_version="v1",product="flight-delays",reason="missing",release="aaaaaaaaaaaa"} 1.0'
        in (client.get("/metrics").text)
    )


def test_an_answer_names_the_features_that_it_was_made_without(
    client: httpx.Client, store: Any, row: dict[str, Any]
) -> None:
    assert "X-Missing-Features" not in client.post("/predict", json=row).headers
    store.known = lambda _: {"wind_speed": None}
    answer = client.post("/predict", json={"rows": [row, row]})
    assert answer.headers["X-Missing-Features"] == "wind_speed, carrier_late_share"
    assert answer.json().keys() == {"release", "predictions"}


def test_missing_means_nan_to_the_model_and_not_zero(client: httpx.Client, store: Any, row: dict[str, Any]) -> None:
    answers = []
    for known in ({"wind_speed": 0.0}, {"wind_speed": 0.9}, {"wind_speed": None}):
        store.known = lambda _, known=known: known
        answers.append(client.post("/predict", json=row).json()["prediction"]["late_probability"])
    assert answers[0] < answers[1]
    assert 0 < answers[2] < 1


def test_a_store_that_fails_costs_features_and_not_answers(
    client: httpx.Client, store: Any, row: dict[str, Any]
) -> None:
    def down(_: Any) -> Any:
        raise ConnectionError("no DynamoDB here")

    store.known = down
    assert [client.post("/predict", json=row).status_code for _ in range(3)] == [200] * 3
    assert 'reason="store",release="aaaaaaaaaaaa"} 3.0' in client.get("/metrics").text


def test_a_store_that_hangs_is_not_waited_for_again_and_again(
    client: httpx.Client, store: Any, row: dict[str, Any]
) -> None:
    hang, asked = threading.Event(), []
    client.post("/predict", json=row)
    store.known = lambda _: asked.append("in vain") or (hang.wait(30) and {})
    assert [client.post("/predict", json=row).status_code for _ in range(8)] == [200] * 8
    hang.set()
    assert 3 <= len(asked) < 8  # after three the store is left alone for a while


def test_a_consumer_is_who_has_its_key_and_not_who_claims_its_name(
    client: httpx.Client, row: dict[str, Any], as_consumer: Any
) -> None:
    for headers in (as_consumer("rebooking"), {"X-Consumer": "rebooking"}, {}):
        client.post("/predict", json=row, headers=headers)
    exposed = client.get("/metrics").text
    assert 'code="200",consumer="rebooking",product="flight-delays",release="aaaaaaaaaaaa"} 1.0' in exposed
    assert 'code="200",consumer="unknown",product="flight-delays",release="aaaaaaaaaaaa"} 2.0' in exposed


def test_the_objective_is_a_bucket_and_there_are_few(client: httpx.Client, row: dict[str, Any]) -> None:
    client.post("/predict", json=row)
    buckets = [line for line in client.get("/metrics").text.splitlines() if "request_seconds_bucket" in line]
    assert any('le="0.25"' in line for line in buckets)
    consumers = {line.partition('consumer="')[2].partition('"')[0] for line in buckets}
    assert consumers == {"rebooking", "gate-planning", "unknown"}
    assert len(buckets) <= 11 * len(consumers)  # +Inf is one


def test_the_age_of_the_features_is_exposed(client: httpx.Client) -> None:
    assert 3 * 3600 <= sample(client, "sixfold_feature_freshness_seconds") < 3 * 3600 + 60


def test_the_age_of_the_features_grows_on_while_nobody_knows(
    client: httpx.Client, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.lookup._ASK_AGAIN_S", 0)
    before = sample(client, "sixfold_feature_freshness_seconds")
    store.away = True
    assert sample(client, "sixfold_feature_freshness_seconds") > before > 0


def test_an_age_that_was_never_known_is_not_zero(client: httpx.Client, store: Any) -> None:
    store.away = True
    assert "sixfold_feature_freshness_seconds{" not in client.get("/metrics").text


def test_the_docs_load_nothing_from_anywhere(client: httpx.Client) -> None:
    page = client.get("/").text
    assert "Flight delays" in page
    assert "src=" not in page
    assert "http" not in page.replace("https://example.com", "")


def test_the_schema_in_the_docs_is_that_of_the_product(client: httpx.Client) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["Row"]["properties"]["origin"]["enum"] == ["EWR", "JFK", "LGA"]


def test_the_example_in_the_docs_works(client: httpx.Client) -> None:
    content = client.get("/openapi.json").json()["paths"]["/predict"]["post"]["requestBody"]["content"]
    assert client.post("/predict", json=content["application/json"]["example"]).status_code == 200


def test_a_release_starts_while_its_store_is_away_and_finds_it_later(store: Any) -> None:
    reachable = threading.Event()

    def open_store() -> Any:
        if not reachable.is_set():
            raise ConnectionError("not yet")
        return store

    lookup = Lookup(open_store, deadline_s=1)
    assert asyncio.run(lookup.read([{"origin": "JFK"}])).source == "nowhere"
    reachable.set()
    found = asyncio.run(lookup.read([{"origin": "JFK"}]))
    assert found.rows == [{"wind_speed": 9.0, "carrier_late_share": 0.2}]


def test_the_published_schema_tells_the_bounds_of_numbers_and_years(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    row = document["components"]["schemas"]["Row"]["properties"]
    assert (row["flight"]["minimum"], row["flight"]["maximum"]) == (1, 9999)
    assert re.search(row["scheduled_departure"]["pattern"], "2013-12-01T09:00:00Z")
    assert not re.search(row["scheduled_departure"]["pattern"], "1464-01-16T02:28:24Z")


def test_a_number_without_bounds_has_those_of_32_bits() -> None:
    bounded = _within_32_bits({"properties": {"a": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]}}})
    assert bounded["properties"]["a"]["anyOf"][0] == {"type": "number", "minimum": 0, "maximum": FLOAT32_MAX}


def test_a_first_failure_is_seen_because_its_series_is_there_at_zero(client: httpx.Client) -> None:
    exposed = client.get("/metrics").text
    assert all(
        re.search(rf'sixfold_requests_total{{.*code="{code}",consumer="{consumer}".*}} 0.0', exposed)
        for code in (200, 500, 503)
        for consumer in ("rebooking", "gate-planning", "unknown")
    )
