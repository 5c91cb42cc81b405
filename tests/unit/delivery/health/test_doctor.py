"""What keeps a stack from being well is found in the engine's files, the ports and the stack file."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from delivery.health import engine, ports
from delivery.health.finding import Finding
from delivery.health.look import conclude
from delivery.locks import clear_dead
from sixfold.stack import Pin, Settings, read
from tests.unit.delivery._stacks import RELEASE, file_of

UP = "`make up`"
WHOLE = json.dumps({"checkpoint": {"latest": {"resources": [{}]}}})


@pytest.mark.parametrize(
    ("content", "runs", "says"),
    [
        (WHOLE, True, "1 resources"),
        (WHOLE[:10], True, "cannot be read: it was cut or damaged"),
        ("", False, "cannot be read: it was cut or damaged"),
        ('{"checkpoint": {}}', True, "it is empty, and processes of the stack run"),
        (None, True, "it is gone, and processes of the stack run"),
        (None, False, "none yet"),
    ],
)
def test_a_state_that_is_cut_empty_or_gone_is_found(tmp_path: Path, content: str | None, runs: bool, says: str) -> None:  # noqa: FBT001
    file = tmp_path / ".pulumi" / "stacks" / "sixfold" / "local.json"
    file.parent.mkdir(parents=True)
    if content is not None:
        file.write_text(content)
    finding = engine.judge_state(tmp_path, "local", runs=runs, up=UP)
    assert says in finding.says
    assert finding.well == (says in {"1 resources", "none yet"})
    assert finding.well or UP in str(finding.remedy)


def test_locks_that_are_half_written_or_of_a_dead_engine_are_found_and_recover_clears_them(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "sixfold" / "local"
    folder.mkdir(parents=True)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for name, pid in {"live": os.getpid(), "dead": gone.pid}.items():
        (folder / f"{name}.json").write_text(json.dumps({"pid": pid, "hostname": socket.gethostname()}))
    (folder / "half.json").write_text('{"pid": 1')
    os.utime(folder / "half.json", (time.time() - 60,) * 2)
    found = {each.name: each.well for each in engine.judge_locks(tmp_path, "local")}
    assert found == {"dead.json": False, "half.json": False, "live.json": True}
    clear_dead(tmp_path, "local")
    assert [each.name for each in engine.judge_locks(tmp_path, "local")] == ["live.json"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "Pulumi.local.yaml"
    file.write_text(file_of("flight-delays"))
    return read(file)


def test_a_stack_file_that_is_not_applied_is_found(settings: Settings) -> None:
    file = Path("Pulumi.local.yaml")
    live = {"flight-delays": {"v1": (Pin(release=RELEASE),)}}
    assert list(engine.judge_applied(settings, live, file, UP)) == []
    (finding,) = engine.judge_applied(settings, {}, file, UP)
    assert finding.says == "it names v1 aaaaaaaaaaaa 100%, and none answers"


def test_a_port_that_another_program_has_taken_is_found_with_its_pid() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (ours,) = ports.findings({port: ports.Owner("inbox", os.getpid())}, UP)
        (others,) = ports.findings({port: ports.Owner("inbox", 0)}, UP)
    assert (ours.well, others.well, f"pid {os.getpid()}" in others.says) == (True, False, True)
    assert ports.findings({port: ports.Owner("inbox", 0)}, UP) == []


def test_a_release_that_is_in_neither_place_exists_nowhere() -> None:
    lacking = [Finding(area, "p v1 abc", well=False, says="gone") for area in ("copy", "bucket")]
    assert conclude(lacking)[0].says == "exists nowhere: it cannot start again"
    assert conclude(lacking[:1]) == lacking[:1]
