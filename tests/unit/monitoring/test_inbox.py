import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests._servers import running

LOGIN = ("sixfold", "p")
NOTIFICATION = {
    "version": "4",
    "receiver": "arrivals-page",
    "status": "firing",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "FeaturesStale", "product": "flight-delays"},
            "annotations": {"summary": "old <features>"},
            "startsAt": "2026-11-23T12:00:00Z",
            "fingerprint": "1",
        },
        {"status": "resolved", "labels": {"alertname": "TargetDown"}, "annotations": {}, "fingerprint": "2"},
    ],
}


@pytest.fixture
def inbox(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[httpx.Client]:
    """Return a client of a real inbox process."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "monitoring.inbox",
        "--port",
        str(port),
        "--file",
        str(tmp_path / "new" / "alerts.jsonl"),
    ]
    url, environment = f"http://127.0.0.1:{port}", os.environ | {"SIXFOLD_LOGIN": ":".join(LOGIN)}
    with (
        running(command, f"{url}/readyz", tmp_path / "log", environment),
        httpx.Client(base_url=url, auth=LOGIN) as client,
    ):
        yield client


def test_each_alert_becomes_a_line(inbox: httpx.Client, tmp_path: Path) -> None:
    for _ in range(2):
        assert inbox.post("/alerts", json=NOTIFICATION).status_code == 200
    lines = [json.loads(line) for line in (tmp_path / "new" / "alerts.jsonl").read_text().splitlines()]
    assert [line["labels"]["alertname"] for line in lines] == ["FeaturesStale", "TargetDown"] * 2
    assert lines[0]["receiver"] == "arrivals-page"
    assert lines[0]["startsAt"] == "2026-11-23T12:00:00Z"


def test_the_page_shows_the_newest_first_and_escapes(inbox: httpx.Client) -> None:
    assert "None so far" in inbox.get("/").text
    inbox.post("/", json=NOTIFICATION)
    page = inbox.get("/").text
    assert page.index("TargetDown") < page.index("FeaturesStale")
    assert "old &lt;features&gt;" in page


def test_what_is_no_notification_is_refused(inbox: httpx.Client) -> None:
    assert inbox.post("/", json={"alerts": "none"}).status_code == 422
    assert inbox.post("/", content="{", headers={"Content-Type": "application/json"}).status_code == 400


@pytest.mark.parametrize("auth", [None, ("sixfold", "other"), ("other", "p")])
def test_only_who_knows_the_login_reads_or_sends_alerts(
    inbox: httpx.Client, auth: tuple[str, str] | None, tmp_path: Path
) -> None:
    inbox.auth = auth  # type: ignore[assignment] # httpx takes more than its setter says
    assert (inbox.get("/").status_code, inbox.post("/", json=NOTIFICATION).status_code) == (401, 401)
    assert not (tmp_path / "new" / "alerts.jsonl").exists()


def test_the_alert_that_always_fires_is_not_kept_and_its_silence_is_shown(inbox: httpx.Client) -> None:
    silent = "<strong>Prometheus or Alertmanager does not deliver.</strong>"
    assert silent in inbox.get("/").text
    inbox.post("/", json=NOTIFICATION | {"receiver": "Watchdog"}).raise_for_status()
    page, metrics = inbox.get("/").text, inbox.get("/metrics").text
    assert (silent in page, "FeaturesStale" in page) == (False, False)
    assert "sixfold_notified_timestamp_seconds 1" in metrics
