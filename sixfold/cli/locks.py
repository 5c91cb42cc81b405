"""Clears the lock that an engine left which was killed on this machine.

A file backend keeps `<state>/.pulumi/locks/<organization>/<project>/<stack>/<id>.json` with the pid, user, host and
time of the holder. A lock of another host, or in a shared backend, is left alone: only its people know about it.
"""

import json
import socket
from pathlib import Path


def clear_dead(state: Path, stack: str) -> list[int]:
    """Remove the stack's locks whose holder is no more, and return the pids of those holders."""
    held = {path: json.loads(path.read_text()) for path in (state / ".pulumi" / "locks").glob(f"*/*/{stack}/*.json")}
    dead = {path: int(holder["pid"]) for path, holder in held.items() if _is_dead(holder)}
    for path in dead:
        path.unlink(missing_ok=True)
    return list(dead.values())


def _is_dead(holder: dict[str, object]) -> bool:
    return holder["hostname"] == socket.gethostname() and not _runs(Path(f"/proc/{holder['pid']}"))


def _runs(process: Path) -> bool:
    try:
        status = (process / "stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # a zombie is dead, and only waits to be counted
