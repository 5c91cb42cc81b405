import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.locks import clear_dead, folder_of, holder

HERE = socket.gethostname()


@pytest.fixture
def lock(tmp_path: Path) -> Callable[..., Path]:
    """A function that leaves a lock of the stack `local`."""

    def leave(pid: int, hostname: str = HERE) -> Path:
        path = tmp_path / ".pulumi" / "locks" / "organization" / "sixfold" / "local" / f"{pid}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"pid": pid, "username": "me", "hostname": hostname, "timestamp": "now"}))
        return path

    return leave


@pytest.fixture
def backend(tmp_path: Path) -> str:
    return f"file://{tmp_path}?metadata=skip"


@pytest.fixture
def dead() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_the_lock_of_a_dead_engine_is_cleared(lock: Callable[..., Path], dead: int, backend: str) -> None:
    path = lock(dead)
    assert clear_dead(folder_of(backend), "local") == [dead]
    assert not path.exists()


def test_a_zombie_holds_nothing(lock: Callable[..., Path], backend: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.read()  # it has ended, and nobody has waited for it
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    lock(process.pid)
    assert clear_dead(folder_of(backend), "local") == [process.pid]
    process.wait()
    process.stdout.close()


def test_the_lock_of_a_running_engine_stays(lock: Callable[..., Path], backend: str) -> None:
    path = lock(os.getpid())
    assert clear_dead(folder_of(backend), "local") == []
    assert path.exists()


def test_the_lock_of_another_host_or_stack_stays(lock: Callable[..., Path], dead: int, backend: str) -> None:
    path = lock(dead, hostname="elsewhere")
    assert clear_dead(folder_of(backend), "local") == clear_dead(folder_of(backend), "dev") == []
    assert path.exists()


def test_a_lock_that_was_never_finished_goes_once_nobody_can_be_writing_it(
    lock: Callable[..., Path], backend: str
) -> None:
    path = lock(os.getpid())
    unfinished = [path.with_name(f"{name}.json.1.tmp") for name in ("old", "new")]
    for part in unfinished:
        part.touch()
    os.utime(unfinished[0], (0, 0))
    clear_dead(folder_of(backend), "local")
    assert [part.exists() for part in unfinished] == [False, True]


def test_the_holder_of_a_lock_is_read_from_the_refusal_of_the_engine() -> None:
    said = """error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end
  s3://states/.pulumi/locks/organization/x/dev/1.json: created by ann@build-7 (pid 42) at 2026-11-24T02:27:31Z"""
    assert holder(said) == "ann@build-7 (pid 42) since 2026-11-24T02:27:31Z"
    assert holder("error: no such stack") == ""


def test_the_locks_of_a_shared_state_are_left_to_its_people() -> None:
    assert clear_dead(folder_of("s3://states"), "dev") == []
