"""Feedback: from whom the contract hears, about predictions that this consumer got, and nothing else."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from serving.runtime import Runtime
from sixfold import keyring

Headers = Callable[[str], dict[str, str]]


@pytest.fixture
def prediction_id(client: httpx.Client, row: dict[str, Any], as_consumer: Headers) -> str:
    """Return the id of a prediction of rebooking, as whom the client goes on."""
    client.headers.update(as_consumer("rebooking"))
    return str(client.post("/predict", json=row).json()["prediction_id"])


def test_feedback_on_a_prediction_of_ones_own_is_taken_and_counted(client: httpx.Client, prediction_id: str) -> None:
    assert client.post("/feedback", json={"prediction_id": prediction_id, "label": 1}).status_code == 202
    assert 'sixfold_feedback_total{api_version="v1",code="202",consumer="rebooking"' in client.get("/metrics").text


@pytest.mark.parametrize("label", [2, 0.5, -1, "late", None, 1e30, True])
def test_feedback_that_no_label_of_the_task_is_gets_refused(
    client: httpx.Client, prediction_id: str, label: object
) -> None:
    answer = client.post("/feedback", json={"prediction_id": prediction_id, "label": label})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"][:7]) == (422, "#/label")


def test_feedback_without_an_id_is_refused(client: httpx.Client, prediction_id: str) -> None:
    assert client.post("/feedback", json={"prediction_id": prediction_id[:-1], "label": 1}).status_code == 422


@pytest.mark.usefixtures("prediction_id")
@pytest.mark.parametrize("made_up", ["0f6f9d3e-5c1d-4a57-9c57-3a1b2c4d5e6f", "0" * 32, "f" * 32])
def test_an_id_that_the_service_did_not_issue_is_not_found(client: httpx.Client, made_up: str) -> None:
    assert client.post("/feedback", json={"prediction_id": made_up, "label": 1}).status_code == 404


def test_an_id_of_another_consumer_is_not_found(client: httpx.Client, prediction_id: str, as_consumer: Headers) -> None:
    own = {"prediction_id": prediction_id, "label": 1}
    assert client.post("/feedback", json=own, headers=as_consumer("gate-planning")).status_code == 404


def test_an_id_is_known_by_every_release_of_the_product_and_after_the_secret_was_changed(
    client: httpx.Client, runtime: Runtime, prediction_id: str, as_consumer: Headers
) -> None:
    headers, runtime.callers.ring = as_consumer("rebooking"), keyring.resign(runtime.callers.ring)
    own = {"prediction_id": prediction_id, "label": 1}
    assert client.post("/feedback", json=own, headers=headers).status_code == 202


@pytest.mark.parametrize("name", ["sixfold", "another"])
def test_labels_of_who_is_no_consumer_of_the_contract_do_not_count_and_it_is_told(
    client: httpx.Client, row: dict[str, Any], as_consumer: Headers, name: str
) -> None:
    client.headers.update(as_consumer(name))
    own = client.post("/predict", json=row).json()["prediction_id"]
    answer = client.post("/feedback", json={"prediction_id": own, "label": 1})
    assert (answer.status_code, "do not count" in answer.json()["detail"]) == (403, True)


def test_labels_of_nobody_do_not_count(client: httpx.Client, row: dict[str, Any]) -> None:
    own = client.post("/predict", json=row).json()["prediction_id"]
    assert client.post("/feedback", json={"prediction_id": own, "label": 1}).status_code == 403
