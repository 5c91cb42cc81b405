"""Runs one command of the bootstrap: output to a log, and nothing left behind when it is cancelled."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

_TAIL_LINES = 12


class CommandFailed(Exception):  # noqa: N818 - read as a sentence where it is caught
    """A command ended with an error, or not at all within its time; the text is the cause and the tail of its log."""


async def run(
    *argv: str | Path, log: Path, cwd: Path | None = None, env: Mapping[str, str] | None = None, limit_s: float = 3600
) -> None:
    """Run a command with its output appended to `log`.

    Args:
        argv: the command.
        log: the file that its output goes to.
        cwd: where to run it.
        env: what to add to the environment.
        limit_s: seconds after which it is ended.

    Raises:
        CommandFailed: it could not be started, ended with an error, or took too long.

    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        try:
            process = await asyncio.create_subprocess_exec(
                *map(str, argv),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,  # so that its children can be ended with it
            )
        except OSError as error:
            raise CommandFailed(f"{argv[0]}: {error.strerror}") from error
        try:
            async with asyncio.timeout(limit_s):
                code = await process.wait()
        except TimeoutError:
            raise CommandFailed(f"`{_shown(argv)}` took longer than {limit_s:.0f} s\n{tail(log)}") from None
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
    if code != 0:
        raise CommandFailed(f"`{_shown(argv)}` ended with {code}\n{tail(log)}\nlog: {log}")


def tail(log: Path) -> str:
    """Read the last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])


def _shown(argv: tuple[str | Path, ...]) -> str:
    words = [Path(argv[0]).name, *map(str, argv[1:])]
    return " ".join(words[:4]) + (" …" if len(words) > 4 else "")  # noqa: PLR2004 - enough to know the command by
