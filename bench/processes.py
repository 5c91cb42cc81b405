"""Servers of a measurement: started alone on one core, with the processor time and the memory of their processes."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_TICKS_S = os.sysconf("SC_CLK_TCK")
_WITHIN_S = 90


class Server(NamedTuple):
    """A server that answers: its port, its first process, and the seconds from its start to its first answer."""

    port: int
    pid: int
    start_s: float

    @property
    def processor_s(self) -> float:
        """The processor time of its processes up to now."""
        return sum(sum(map(int, _stat(each)[11:13])) for each in self._processes()) / _TICKS_S

    @property
    def memory_mib(self) -> float:
        """The proportional set size of its processes: pages that they share with others count in part."""
        return sum(_pss_kib(each) for each in self._processes()) / 1024

    def _processes(self) -> list[Path]:
        return [Path(f"/proc/{self.pid}"), *_below(self.pid)]


@contextmanager
def served(
    command: Sequence[str], environment: Mapping[str, str], answers: Callable[[int], bool], core: int
) -> Iterator[Server]:
    """Start a command, to which a free port is added, and yield its server once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    server = subprocess.Popen(
        [*command, str(port)], env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.sched_setaffinity(server.pid, {core})
    try:
        while not answers(port):
            if server.poll() is not None or time.perf_counter() > started + _WITHIN_S:
                raise SystemExit(f"this does not start: {' '.join(command)} {port}")
            time.sleep(0.02)
        yield Server(port, server.pid, time.perf_counter() - started)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


def _below(pid: int) -> Iterator[Path]:
    """Yield all processes that a process has started, and those that these have."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = int(_stat(process)[1])
        except OSError:  # it has ended meanwhile
            continue
        if parent == pid:
            yield process
            yield from _below(int(process.name))


def _stat(process: Path) -> list[str]:
    """Return the fields of /proc/<pid>/stat behind the name (proc_pid_stat(5)): the state is number 0."""
    return (process / "stat").read_text().rsplit(")", 1)[1].split()


def _pss_kib(process: Path) -> int:
    lines = (process / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
