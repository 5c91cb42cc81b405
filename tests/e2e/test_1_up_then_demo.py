"""`make demo`, end to end: what it says of a good release and of a broken one."""

from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.timeout(1800)  # two weeks of flights, seven changes of the stack


@pytest.fixture(scope="module")
def demo(platform: Any) -> str:
    """Output of `sixfold demo`."""
    return str(platform.run("sixfold", "demo"))


@pytest.fixture(scope="module")
def decided(demo: str, platform: Any) -> list[dict[str, Any]]:
    """Ledger entries of the rollouts."""
    assert "drawn: " in demo
    return [entry for entry in platform.ledger() if entry["decision"]["by"] == "rollout"]


def test_the_good_release_went_live_step_by_step(decided: list[dict[str, Any]]) -> None:
    weights = [entry["versions"]["v1"][-1]["weight"] for entry in decided[:4]]
    assert weights == [0, 5, 25, 100]
    assert {entry["decision"]["verdict"] for entry in decided[:4]} == {"promote"}


def test_no_step_was_taken_without_labels_enough(decided: list[dict[str, Any]]) -> None:
    assert all(entry["decision"]["numbers"]["labelled"] >= 500 for entry in decided[1:4])


def test_the_broken_release_was_taken_back_on_its_metric(decided: list[dict[str, Any]]) -> None:
    last = decided[-1]["decision"]
    assert last["verdict"] == "roll back"
    assert last["numbers"]["gain_high"] < -0.005
    assert last["numbers"]["failed"] == 0


def test_no_prediction_of_the_replay_failed_and_the_good_release_answers(
    decided: list[dict[str, Any]], platform: Any, flight: dict[str, Any]
) -> None:
    url = platform.url()
    good = decided[3]["versions"]["v1"][0]["release"]
    assert httpx.post(f"{url}/predict", json=flight).json()["release"] == good[:12]
    assert all(entry["decision"]["numbers"].get("failed", 0) == 0 for entry in decided)


def test_the_figures_are_drawn(demo: str, platform: Any) -> None:
    assert "replayed to" in demo
    assert (platform.home / "demo.png").read_bytes().startswith(b"\x89PNG")
