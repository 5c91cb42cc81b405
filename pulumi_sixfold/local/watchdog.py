"""Ends processes that hang: `python -m pulumi_sixfold.local.watchdog RUN`, a program of each home's supervisord.

supervisord starts again what ends, and sees nothing amiss in a process that is stopped or deadlocked. The watchdog asks
each health URL, and kills the process, with all that it started, whose URL has not answered for `hang_timeout_s`. Any
answer counts, also 503: the process is alive then. A process that is still starting has its `start_timeout_s` first,
and twice as long after each start that was ended: on a busy machine none would ever become ready.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import xmlrpc.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from pulumi_sixfold.local.process_tree import kill, tree
from pulumi_sixfold.local.supervisor import Supervisor

EVERY_S = 1.0
_ASK_S = 3.0  # one question; a process is asked several times before it is called hung
_FEWEST = 2  # questions without an answer: one that a busy machine delays ends nothing
_MOST_PROCESSES = 32
_MOST_DOUBLINGS = 4
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Watched:
    """A running process: its pid, when it last answered or began to be watched, and the silent questions since.

    `failed_starts` counts the processes before it that were ended in a row without a single answer.
    """

    pid: int
    since: float
    answered: bool = False
    silent: int = 0
    failed_starts: int = 0
    ended: bool = False

    def hear(self, now: float, *, answers: bool) -> None:
        """Take one answer, or its absence."""
        if answers:
            self.since, self.answered, self.silent = now, True, 0
        else:
            self.silent += 1

    def hangs(self, now: float, hang_s: float, start_s: float) -> bool:
        """Return whether it is to be ended: silent for as long as it may be, and longer while it starts."""
        allowed = hang_s if self.answered else max(hang_s, start_s * (1 << min(self.failed_starts, _MOST_DOUBLINGS)))
        return self.silent >= _FEWEST and now - self.since > allowed


class Watchdog:
    """Watches the processes of a home.

    Args:
        supervisor: that of the home.
        answers: asks a URL, and returns whether anything answered.

    """

    def __init__(self, supervisor: Supervisor, answers: Callable[[str], bool] | None = None) -> None:
        self._supervisor, self._answers = supervisor, answers or is_answered
        self._watched: dict[str, Watched] = {}
        self._pool = ThreadPoolExecutor(_MOST_PROCESSES)

    def look(self) -> list[str]:
        """Ask every process once, and end those that hang; return their names."""
        specs = [json.loads(path.read_text())["inputs"] for path in sorted(self._supervisor.conf.glob("*.json"))]
        asked = [spec for spec in specs if spec.get("health_url") and spec.get("hang_timeout_s")]
        return [name for name in self._pool.map(self._one, asked) if name]

    def _one(self, spec: dict[str, Any]) -> str | None:
        name = spec["program"]
        info = self._supervisor.info(name)
        if not info or info["statename"] != "RUNNING":
            return None
        watched = self._watched.get(name)
        if watched is None or watched.pid != info["pid"]:
            failed = watched.failed_starts + 1 if watched and watched.ended and not watched.answered else 0
            watched = self._watched[name] = Watched(info["pid"], time.monotonic(), failed_starts=failed)
        watched.hear(time.monotonic(), answers=self._answers(spec["health_url"]))
        if not watched.hangs(time.monotonic(), spec["hang_timeout_s"], spec["start_timeout_s"]):
            return None
        watched.ended = True
        kill(tree(watched.pid))
        return str(name)


def is_answered(url: str) -> bool:
    """Return whether anything answers at a URL in time, whatever its status."""
    try:
        with _http.open(url, timeout=_ASK_S):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except (OSError, HTTPException):
        return False


def main() -> None:
    """Run the command, until supervisord ends it."""
    supervisor = Supervisor(Path(sys.argv[1]).parent)
    watchdog = Watchdog(supervisor)
    # Without its supervisord there is nobody to start again what it ends. That may be gone before this begins, so that
    # the pid which supervisord wrote counts, and not the parent found at the start.
    while os.getppid() == supervisor.pid():
        try:
            supervisor.guard()
            for name in watchdog.look():
                sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {name} did not answer: ended, to start again\n")
                sys.stdout.flush()
        except (OSError, ValueError, KeyError, xmlrpc.client.Error) as error:  # an `up` changes the files meanwhile
            sys.stdout.write(f"{error!r}\n")
            sys.stdout.flush()
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main()
