"""A replayed request says when it was made, where the stack lets it."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from models.aws import open_catalog
from serving.runtime import Runtime
from sixfold.outputs import PlatformRefs

THEN = {"X-Replay-Time": "2013-10-01T08:00:00-04:00"}


@pytest.fixture
def replayable(runtime: Runtime) -> Runtime:
    runtime.settings = runtime.settings.model_copy(update={"replay": True})
    return runtime


def test_a_replayed_prediction_is_logged_at_its_own_time(
    replayable: Runtime, platform: PlatformRefs, client: httpx.Client, row: dict[str, Any]
) -> None:
    assert client.post("/predict", json=row, headers=THEN).status_code == 200
    replayable.close()
    (logged,) = open_catalog(platform).load_table(("predictions", "flight_delays")).scan().to_arrow().to_pylist()
    assert (logged["time"], logged["replayed"]) == (datetime(2013, 10, 1, 12, tzinfo=UTC), True)
    assert logged["logged_at"] > datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", ["yesterday", "2013-10-01T08:00:00", "1e9999", "0001-01-01T00:00:00+14:00", "9" * 5000]
)
def test_a_time_that_is_none_is_refused(
    replayable: Runtime, client: httpx.Client, row: dict[str, Any], moment: str
) -> None:
    assert replayable.settings.replay
    refused = client.post("/predict", json=row, headers={"X-Replay-Time": moment})
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")


@pytest.mark.parametrize("headers", [THEN, {"X-Replay-Time": "0001-01-01T00:00:00+14:00"}])
def test_a_stack_with_real_consumers_takes_no_replay(
    client: httpx.Client, row: dict[str, Any], headers: dict[str, str]
) -> None:
    assert client.post("/predict", json=row, headers=headers).status_code == 403
