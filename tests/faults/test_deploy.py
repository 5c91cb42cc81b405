"""`make deploy` after a run that was killed, as CI does it: the plain engine, once what it left has been put right."""

from tests.faults._points import Point
from tests.faults._stand import Stand


def test_a_deploy_leaves_nothing_of_a_killed_one(stand: Stand) -> None:
    def deploy(phase: str) -> None:
        stand.engine.recover()
        stand.project.cli(phase, "--yes", "--skip-preview", "--refresh")

    point = Point("operations", "up", "after", "both", 0.5)
    call, wrong = stand.survives(point, stand.truths("operations")["up"], deploy)
    assert call, "nothing was killed"
    assert not wrong, f"{call}\n{wrong}"
