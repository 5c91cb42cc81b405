import asyncio
from pathlib import Path

import psutil
import pytest

from tools.processes import CommandFailed, run


def test_a_failure_tells_the_command_and_the_end_of_its_log(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"`sh -c .*ended with 3\nno such module"):
        asyncio.run(run("sh", "-c", "echo no such module; exit 3", log=tmp_path / "log"))


def test_a_command_that_is_not_there_is_a_failure_too(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="no-such-command: No such file"):
        asyncio.run(run("no-such-command", log=tmp_path / "log"))


def test_a_command_is_ended_at_its_time_limit(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="took longer than 0 s"):
        asyncio.run(run("sleep", "60", log=tmp_path / "log", limit_s=0.1))


def test_a_cancelled_command_ends_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"

    async def cancel_it() -> None:
        task = asyncio.create_task(run("sh", "-c", "sleep 60 & echo $!; wait", log=log))
        while not (log.exists() and log.read_text()):  # noqa: ASYNC110 - the other side is a process
            await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel_it())
    child = int(log.read_text())
    assert not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE
