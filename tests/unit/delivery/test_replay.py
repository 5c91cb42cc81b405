from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

import httpx
import polars as pl
import pytest

from delivery.passes import Passes
from delivery.replay import (
    ROWS,
    Request,
    Span,
    _ask,
    _left,
    _requests,
)

NOON = datetime(2013, 10, 1, 12, tzinfo=UTC)
SPAN = Span(product="flight-delays", version="v1", since=NOON, until=NOON + timedelta(days=2))


def test_a_request_holds_rows_of_one_moment_only() -> None:
    part = pl.DataFrame({"at": [NOON] * (ROWS + 1) + [NOON + timedelta(minutes=5)], "row": ["{}"] * (ROWS + 2)})
    asked = list(_requests(part, cycle(["rebooking", "gate-planning"])))
    assert [(each.at, len(each.rows)) for each in asked] == [(NOON, ROWS), (NOON, 1), (NOON + timedelta(minutes=5), 1)]
    assert [each.consumer for each in asked] == ["rebooking", "gate-planning", "rebooking"]


@pytest.mark.parametrize(("status", "answered"), [(200, 2), (500, 0)])
def test_rows_count_as_answered_only_when_they_were(status: int, answered: int) -> None:
    seen: list[httpx.Request] = []

    def serve(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status)

    with httpx.Client(transport=httpx.MockTransport(serve)) as client:
        assert (
            _ask(client, "http://edge/predict", Passes(b"k" * 32), Request(NOON, "rebooking", ["{}", "{}"])) == answered
        )
    assert "_rebooking_" in seen[0].headers["Authorization"]
    assert (seen[0].headers["X-Replay-Time"], seen[0].read()) == (NOON.isoformat(), b'{"rows": [{},{}]}')


def test_a_stopped_replay_goes_on_where_it_was(tmp_path: Path) -> None:
    mark = tmp_path / "replay.json"
    stopped = SPAN.model_copy(update={"since": NOON + timedelta(hours=5)})
    mark.write_text(stopped.model_dump_json())
    assert _left(mark, SPAN) == stopped


def test_another_replay_starts_at_its_own_beginning(tmp_path: Path) -> None:
    mark = tmp_path / "replay.json"
    mark.write_text(SPAN.model_copy(update={"until": NOON + timedelta(days=9)}).model_dump_json())
    assert _left(mark, SPAN) == SPAN
