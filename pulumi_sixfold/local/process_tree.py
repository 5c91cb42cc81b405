"""A process with all that it started. A worker in a session of its own survives a signal to its parent's group."""

import os
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress


def tree(pid: int) -> list[int]:
    """Return the pid and those of all its descendants, parents first."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False)
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found = [pid]
    for each in found:  # grows as it goes
        found += children.get(each, [])
    return found


def kill(pids: Iterable[int]) -> None:
    """Kill those of some processes that still run, also stopped ones, which take no other signal."""
    for each in pids:
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
