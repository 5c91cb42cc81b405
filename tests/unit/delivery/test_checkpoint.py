"""A state that is cut, empty or gone comes back from the engine's own backups; a whole one is left alone."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delivery.checkpoint import mend

PARTS = Path(".pulumi") / "stacks" / "project"


def state(resources: int) -> str:
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [{}] * resources}}})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a backend with the state of a stack, the one before it, and two from earlier."""
    own, earlier = tmp_path / PARTS, tmp_path / ".pulumi" / "backups" / "project" / "local"
    for each in (own, earlier):
        each.mkdir(parents=True)
    (own / "local.json").write_text(state(4))
    (own / "local.json.bak").write_text(state(3))
    for age, count in ((1, 2), (2, 1)):
        (backup := earlier / f"local.{9 - age}.json").write_text(state(count))
        os.utime(backup, (1e9 - age, 1e9 - age))
    return tmp_path


def resources(folder: Path) -> int:
    return len(json.loads((folder / PARTS / "local.json").read_text())["checkpoint"]["latest"]["resources"])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(cut=st.integers(0, len(state(4)) - 1))
def test_a_state_that_was_cut_anywhere_is_that_of_the_backup_and_is_kept(folder: Path, cut: int) -> None:
    (folder / PARTS / "local.json").write_text(state(4)[:cut])
    assert mend(folder, "local") == folder / PARTS / "local.json.bak"
    assert resources(folder) == 3
    assert (folder / PARTS / "local.json.damaged").read_text() == state(4)[:cut]


def test_a_state_that_is_gone_comes_back(folder: Path) -> None:
    (folder / PARTS / "local.json").unlink()
    assert (mend(folder, "local"), resources(folder)) == (folder / PARTS / "local.json.bak", 3)


@pytest.mark.parametrize("broken", ["", "{", "[]", "null", '{"checkpoint": 1}', state(0)])
def test_a_backup_that_holds_nothing_makes_way_for_the_newest_that_does(folder: Path, broken: str) -> None:
    (folder / PARTS / "local.json").write_text("")
    (folder / PARTS / "local.json.bak").write_text(broken)
    assert (mend(folder, "local"), resources(folder)) == (folder / ".pulumi/backups/project/local/local.8.json", 2)


@pytest.mark.parametrize("count", [0, 4])
def test_a_whole_state_stays_as_it_is_also_that_of_a_stack_that_was_brought_down(folder: Path, count: int) -> None:
    (folder / PARTS / "local.json").write_text(state(count))
    assert (mend(folder, "local"), resources(folder)) == (None, count)


def test_a_stack_that_never_was_and_a_shared_backend_have_nothing_to_mend(folder: Path) -> None:
    assert mend(folder, "dev") is mend(None, "local") is None
