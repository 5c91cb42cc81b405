"""Locks of stacks: the holder of a lock, and removal of the lock of an engine that was killed on this machine.

A file backend keeps `<state>/.pulumi/locks/<organization>/<project>/<stack>/<id>.json` with the pid, user, host and
time of the holder. A lock of another host, or in a shared backend, is left alone: only its people know about it.
"""

import json
import re
import socket
import time
from pathlib import Path
from urllib.parse import unquote

UNFINISHED_SECONDS = 5  # how old a lock must be that is still being written: its writer needs microseconds


def holder(said: str) -> str:
    """Return the holder of the lock, from the engine's refusal; empty if the refusal is not about a lock."""
    found = re.search(r"created by (\S+) \(pid (\d+)\) at (\S+)", said)
    return f"{found[1]} (pid {found[2]}) since {found[3]}" if found and "currently locked" in said else ""


def folder_of(backend: str) -> Path | None:
    """Return the folder of a backend's address, as in PULUMI_BACKEND_URL; None where it is not on this machine."""
    if not backend.startswith("file://"):
        return None
    return Path(unquote(backend.removeprefix("file://").partition("?")[0])).expanduser()


def clear_dead(state: Path | None, stack: str) -> list[int]:
    """Remove the stack's locks whose holder is no more, and return the pids of those holders.

    A lock that its engine never finished writing names nobody; it goes too, once it is older than `UNFINISHED_SECONDS`.

    Args:
        state: the folder of the backend; None: it is not on this machine, and has no locks of it.
        stack: name of the stack.

    """
    if state is None:
        return []
    folders = list((state / ".pulumi" / "locks").glob(f"*/*/{stack}"))
    for part in (path for folder in folders for path in folder.glob("*.tmp")):
        if time.time() - part.stat().st_mtime > UNFINISHED_SECONDS:
            part.unlink(missing_ok=True)
    held = {path: holder for folder in folders for path in folder.glob("*.json") if (holder := _read(path))}
    dead = {path: int(str(holder["pid"])) for path, holder in held.items() if is_dead(holder)}
    for path in dead:
        path.unlink(missing_ok=True)
    return list(dead.values())


def _read(lock: Path) -> dict[str, object] | None:
    """Return the holder of a lock; None for one that is not whole, and is then removed once it is old."""
    try:
        return dict(json.loads(lock.read_text()))
    except (ValueError, TypeError):
        if time.time() - lock.stat().st_mtime > UNFINISHED_SECONDS:
            lock.unlink(missing_ok=True)
        return None


def is_dead(holder: dict[str, object]) -> bool:
    """Return whether the holder of a lock was a process of this machine that is no more."""
    return holder["hostname"] == socket.gethostname() and not _runs(Path(f"/proc/{holder['pid']}"))


def _runs(process: Path) -> bool:
    try:
        status = (process / "stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # a zombie is dead, and only waits to be counted
