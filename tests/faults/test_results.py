"""A matrix of hours can be stopped, and goes on where it was."""

from pathlib import Path

from tests.faults._campaign import Outcome
from tests.faults._points import Point
from tests.faults._results import add, survived

KILL = Point("network", "up", "before", "engine", 1 / 3)


def test_a_point_that_was_survived_is_known_to_the_next_run(tmp_path: Path) -> None:
    outcome = Outcome(KILL, "call 2 (ec2 CreateVpc)", "")
    add(outcome, tmp_path / "new" / "results")
    assert list(survived(tmp_path / "new" / "results")) == [outcome]


def test_a_point_that_was_lost_is_tried_again(tmp_path: Path) -> None:
    add(Outcome(KILL, "call 2 (ec2 CreateVpc)", "an orphan"), tmp_path / "results")
    assert list(survived(tmp_path / "results")) == []


def test_the_first_run_knows_of_nothing(tmp_path: Path) -> None:
    assert list(survived(tmp_path / "results")) == []
