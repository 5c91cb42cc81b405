"""State after `make down`: the copy of the releases stays, and no process runs."""

import json
import socket
from typing import Any

import pytest

from sixfold.stack import read


@pytest.fixture(scope="module")
def down(platform: Any) -> Any:
    platform.run("sixfold", "down")
    return platform


def test_down_leaves_no_process(down: Any) -> None:
    assert down.processes() == []


def test_down_leaves_no_port_taken(down: Any) -> None:
    first_port = read(down.stack_file).local.first_port
    for port in range(first_port, first_port + 1000):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, port


def test_down_leaves_nothing_in_the_state(down: Any) -> None:
    state = json.loads(down.run("pulumi", "stack", "export", "--stack", "local"))
    assert state["deployment"].get("resources", []) == []


def test_down_keeps_the_releases_on_disk(down: Any) -> None:
    assert down.release in {path.name for path in (down.home / "releases").iterdir()}


def test_down_keeps_the_ledger_on_disk(down: Any) -> None:
    assert list((down.home / "ledger" / "local" / "flight-delays").glob("*.json"))
