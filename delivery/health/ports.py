"""Ports of a stack on one machine that another program has taken."""

import re
import socket
import subprocess
from typing import NamedTuple

from delivery.health.finding import Finding
from pulumi_sixfold.local.process_tree import tree


class Owner(NamedTuple):
    """The process that a port is for, and its pid; 0: it does not run."""

    name: str
    pid: int


def judge(port: int, owner: Owner, holder: int | None, family: list[int], up: str) -> Finding:
    """Judge a port on which a program listens.

    Args:
        port: which one.
        owner: the process that it is for.
        holder: the pid of the program that listens; None: it is another user's, or cannot be known.
        family: the pids of the owner, and of all that it started.
        up: the command that starts what does not run.

    """
    if holder in family or (holder is None and owner.pid):
        return Finding("port", str(port), well=True, says=f"{owner.name}'s")
    who = f"pid {holder}" if holder else "another user's"
    says = f"taken by another program ({who}); it is for {owner.name}"
    remedy = f"end it (`ss -ltnp 'sport = :{port}'` names it), then {up}"
    return Finding("port", str(port), well=False, says=says, remedy=remedy)


def findings(owners: dict[int, Owner], up: str) -> list[Finding]:
    """Return the findings on the ports that are in use."""
    taken = {port: owner for port, owner in owners.items() if is_taken(port)}
    holders = _holders() if taken else {}
    return [
        judge(port, owner, holders.get(port), tree(owner.pid) if owner.pid else [], up) for port, owner in taken.items()
    ]


def is_taken(port: int) -> bool:
    """Return whether a program listens at a port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _holders() -> dict[int, int]:
    """Return port → pid of the programs that listen, as far as this user may know."""
    try:
        said = subprocess.run(["ss", "-ltnpH"], capture_output=True, text=True, timeout=2, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return {int(port): int(pid) for port, pid in re.findall(r":(\d+)\s+\S+\s+users:.*?pid=(\d+)", said)}
