"""A matrix of hours can be stopped, and goes on where it was."""

from pathlib import Path

from tests.faults._campaign import Outcome
from tests.faults._points import PHASES, Point, every, tried
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


def test_a_run_that_counts_one_call_more_does_not_try_its_calls_again() -> None:
    before, now = ({("network", phase): count for phase in PHASES} for count in (60, 61))
    again = set(every(now)) - tried(every(before), now)
    assert len({point.call(61) for point in again}) == 1


def test_points_of_programs_that_are_left_out_are_no_matter() -> None:
    assert tried([KILL], {("storage", "up"): 110}) == set()
