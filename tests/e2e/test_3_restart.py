"""Restart of the machine: `make up` starts all again."""

import shutil
from pathlib import Path
from typing import Any

import httpx

from monitoring.exporter import LakeFacts
from sixfold.registry.releases import Registry


def test_after_a_restart_up_starts_all_again_and_nothing_is_lost(platform: Any, flight: dict[str, Any]) -> None:
    before, predictions = _published(platform), _predictions(platform)
    serving = platform.release
    platform.kill_all()
    again = platform.run("sixfold", "up")
    assert "all processes had ended: started again" in again
    assert "brought back" not in again
    assert "loaded, checked and labelled" not in again
    assert _published(platform) == before
    assert _predictions(platform) >= predictions > 0
    url = platform.url()
    assert httpx.post(f"{url}/predict", json=flight).json()["release"] == serving[:12]


def test_an_up_that_is_killed_half_way_is_finished_by_the_next(platform: Any) -> None:
    platform.kill_all()
    shutil.rmtree(platform.home / "aws")  # the local AWS has forgotten all: everything is to be made again
    platform.kill_during("sixfold:s3:Bucket lake creating", "sixfold", "up")
    again = platform.run("sixfold", "up")
    assert "its lock is cleared" in again
    assert "pending" not in again
    assert "by release" in again


def test_then_there_is_nothing_more_to_do(platform: Any) -> None:
    assert "unchanged" in platform.run("pulumi", "preview", "--stack", "local", "--expect-no-changes")


def test_a_state_that_was_cut_comes_back_and_nothing_runs_anew(platform: Any) -> None:
    (state,) = (platform.home / "state").glob(".pulumi/stacks/*/local.json")
    running = _serving(platform)
    state.write_bytes(state.read_bytes()[:20_000])
    again = platform.run("sixfold", "up")
    assert ("is now that of" in again, "by release" in again, _serving(platform)) == (True, True, running)


def test_a_state_that_is_gone_with_all_its_backups_is_made_of_what_is_there(platform: Any) -> None:
    running = _serving(platform)
    shutil.rmtree(platform.home / "state")
    assert "by release" in platform.run("sixfold", "up")
    assert _serving(platform) == running


def _predictions(platform: Any) -> int:
    """Return the rows in the prediction log."""
    facts = LakeFacts(platform.environment().platform).facts()
    return sum(each.rows for each in facts if each.layer == "predictions" and "__" not in each.table)


def _published(platform: Any) -> set[str]:
    registry = Registry(platform.environment().platform, platform.home)
    return {record.digest for record in registry.records("flight-delays")}


def _serving(platform: Any) -> set[int]:
    """Return the processes of releases."""
    return {pid for pid in platform.processes() if b"bentoml" in Path(f"/proc/{pid}/cmdline").read_bytes()}
