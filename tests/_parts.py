"""How the suite is divided among processes (`pytest -n 2`, pytest-xdist), and in which order its parts begin.

The tests of a file stay together, as they share fixtures. The folders in `_WHOLE` stay together as a whole: their tests
share one control plane, one platform that each test takes a step further, or one lake that is long in the making.
"""

import itertools
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
_WHOLE = ("attacks", "cluster", "e2e", "unit/models")
_LAST_ALONE = ("cluster",)  # by then the control plane has been built in the background
_LAST_OF_MANY = ("e2e", "cluster")  # the two long ones side by side, with nothing else; the longer first
# Its kills run on several stands at once: beside them no platform keeps its times.
_FIRST = ("faults",)
_FIRST_PORT, _PORTS = 20_000, 12_000


def part_of(nodeid: str) -> str:
    """Name the part that a test belongs to: its file, or its folder where that stays whole."""
    file = nodeid.split("::", 1)[0]
    return next((f"tests/{name}" for name in _WHOLE if file.startswith(f"tests/{name}/")), file)


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Sort the tests by when their folder is due; within a folder they stay as they were collected."""
    last = _LAST_OF_MANY if worker()[1] > 1 else _LAST_ALONE
    return sorted(items, key=lambda item: _rank(item.path, last))


def worker() -> tuple[int, int]:
    """Return this process's number among those that run the tests, from 0, and how many they are."""
    name, count = os.environ.get("PYTEST_XDIST_WORKER", "gw0"), os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return int(name.removeprefix("gw")), int(count)


def free_port() -> int:
    """Return a port on which nothing listens. It is bound later, so each process has a range that no other is given.

    The ranges lie below 32768, where Linux begins to take ports for connections that go out.
    """
    while True:
        port = next(_candidates)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def ports() -> Iterator[int]:
    """Yield this process's share of the ports, again and again, from a place that differs from run to run."""
    number, count = worker()
    share = _PORTS // count
    for step in itertools.count(os.getpid()):
        yield _FIRST_PORT + number * share + step % share


def _rank(path: Path, last: Sequence[str]) -> int:
    folder = path.relative_to(_TESTS).parts[0]
    return last.index(folder) if folder in last else -2 if folder in _FIRST else -1


_candidates = ports()
