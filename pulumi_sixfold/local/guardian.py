"""Keeps supervisord alive: `python -m pulumi_sixfold.local.guardian RUN`, a process of its own beside each supervisord.

supervisord starts again whatever ends but itself, and all of its programs end with it. The guardian starts it again,
and ends it first where it hangs. The watchdog, a program of supervisord, starts the guardian again: only a kill of both
at the same moment needs somebody who types `make up`. The guardian leaves when no program is left.
"""

import fcntl
import os
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.local.process_tree import kill
from pulumi_sixfold.local.supervisor import Supervisor

EVERY_S = 1.0
_ASK_S = 5.0
_SILENT = 3  # questions in a row; supervisord answers none while it is being started


def watch(supervisor: Supervisor) -> None:
    """Start supervisord again whenever it is silent, until no program is left."""
    silent = 0
    while any(supervisor.conf.glob("*.json")):
        silent = 0 if supervisor.answers() else silent + 1
        if silent >= _SILENT:
            _end(supervisor)
            with suppress(ProviderError):  # the disk is full, or the port of its socket: it is tried again
                if supervisor.revive():
                    _say("supervisord had ended: started again")
            silent = 0
        time.sleep(EVERY_S)


def _end(supervisor: Supervisor) -> None:
    """Kill a supervisord that hangs. Its pid may be another program's by now."""
    if pid := supervisor.pid():
        asked = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if str(supervisor.run / "supervisord.conf") in asked.stdout:
            kill([pid])


def _say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {text}\n")
    sys.stdout.flush()


def main() -> None:
    """Run the command in the background, unless another guardian of this home runs."""
    if os.fork():
        return
    os.setsid()
    socket.setdefaulttimeout(_ASK_S)  # of the questions to supervisord: one that hangs is as dead as one that is gone
    supervisor = Supervisor(Path(sys.argv[1]).parent)
    with supervisor.guardian_lock.open("w") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        watch(supervisor)


if __name__ == "__main__":
    main()
