"""Reports of unexpected predictions: from every consumer, about predictions that it got, with a comment in bounds."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from models.aws import open_catalog
from serving.runtime import Runtime
from sixfold.metric_names import REPORTS
from sixfold.outputs import PlatformRefs

Headers = Callable[[str], dict[str, str]]


@pytest.fixture
def prediction_id(client: httpx.Client, row: dict[str, Any], as_consumer: Headers) -> str:
    """Return the id of a prediction of rebooking, as whom the client goes on."""
    client.headers.update(as_consumer("rebooking"))
    return str(client.post("/predict", json=row).json()["prediction_id"])


def _status(client: httpx.Client, prediction_id: str, **said: object) -> int:
    return client.post("/feedback", json={"prediction_id": prediction_id, **said}).status_code


@pytest.mark.parametrize("comment", ["x", "x" * 2000, "two\nlines, <b>ü</b> 👩‍👩‍👧"])
def test_a_report_is_taken_counted_and_has_an_id(client: httpx.Client, prediction_id: str, comment: str) -> None:
    answer = client.post("/feedback", json={"prediction_id": prediction_id, "unexpected": comment})
    assert (answer.status_code, len(answer.json()["report_id"])) == (202, 36)
    counted = next(
        line for line in client.get("/metrics").text.splitlines() if '"rebooking"' in line and REPORTS in line
    )
    assert counted.endswith(" 1.0")


@pytest.mark.parametrize(
    "comment", ["", "x" * 2001, "a\0", "a\tb", "\x1b[2J", "\x9b", "\u202eevil", 1, None, ["a"], {}]
)
def test_a_comment_out_of_bounds_is_refused_by_its_place(
    client: httpx.Client, prediction_id: str, comment: object
) -> None:
    answer = client.post("/feedback", json={"prediction_id": prediction_id, "unexpected": comment})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/unexpected")


def test_feedback_that_says_neither_label_nor_report_is_refused(client: httpx.Client, prediction_id: str) -> None:
    assert _status(client, prediction_id) == 422


def test_a_consumer_whose_labels_do_not_count_may_report_without_one(
    client: httpx.Client, row: dict[str, Any], as_consumer: Headers
) -> None:
    client.headers.update(as_consumer("another"))
    own = client.post("/predict", json=row).json()["prediction_id"]
    assert (_status(client, own, unexpected="odd"), _status(client, own, unexpected="odd", label=1)) == (202, 403)


def test_a_report_about_a_prediction_of_another_consumer_is_not_found(
    client: httpx.Client, prediction_id: str, as_consumer: Headers
) -> None:
    client.headers.update(as_consumer("gate-planning"))
    assert _status(client, prediction_id, unexpected="odd") == 404


def test_a_report_with_a_label_reaches_both_tables_and_one_that_is_refused_none(
    client: httpx.Client, prediction_id: str, platform: PlatformRefs, runtime: Runtime
) -> None:
    assert _status(client, prediction_id, unexpected="odd", label=7) == 422
    assert _status(client, prediction_id, unexpected="odd", label=0) == 202
    runtime.close()
    for table in ("feedback_flight_delays", "flight_delays__reports"):
        found = open_catalog(platform).load_table(("predictions", table)).scan().to_arrow()
        assert found["prediction_id"].to_pylist() == [prediction_id]
    assert (found["comment"].to_pylist(), found["consumer"].to_pylist()) == (["odd"], ["rebooking"])
