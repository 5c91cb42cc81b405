"""Restart of the machine: `make up` restores what was lost."""

from typing import Any

import httpx

from sixfold.registry.releases import Registry


def test_after_a_restart_up_restores_infrastructure_tables_and_releases(platform: Any, flight: dict[str, Any]) -> None:
    before = _published(platform)
    serving = platform.release
    platform.kill_all()
    again = platform.run("sixfold", "up")
    assert "brought back from this machine's copy" in again
    assert "loaded, checked and labelled" in again
    assert _published(platform) >= {serving}
    assert _published(platform) <= before
    url = platform.url()
    assert httpx.post(f"{url}/predict", json=flight).json()["release"] == serving[:12]


def test_an_up_that_is_killed_half_way_is_finished_by_the_next(platform: Any) -> None:
    platform.kill_all()
    platform.kill_during("sixfold:s3:Bucket lake creating", "sixfold", "up")
    again = platform.run("sixfold", "up")
    assert "its lock is cleared" in again
    assert "pending" not in again
    assert "by release" in again


def test_then_there_is_nothing_more_to_do(platform: Any) -> None:
    assert "unchanged" in platform.run("pulumi", "preview", "--stack", "local", "--expect-no-changes")


def _published(platform: Any) -> set[str]:
    registry = Registry(platform.environment().platform, platform.home)
    return {record.digest for record in registry.records("flight-delays")}
