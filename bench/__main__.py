"""`make bench`: our provider beside other ways to the same AWS calls, all in one run, as a Markdown table."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep

import httpx

from bench.calls import clients, record, replay
from bench.kinds import KINDS
from bench.stacks import PHASES, Stack
from bench.startup import startup_s

WAYS = ("sixfold", "dynamic", "boto3 in sequence", "boto3 on 16 threads", "nothing")
GOAL = 1.25
_COMPARED = {"sixfold", "boto3 on 16 threads", "nothing"}
_THREADS = {"boto3 in sequence": 1, "boto3 on 16 threads": 16}


def main() -> None:
    """Measure, and print a row for each size and phase as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=lambda text: [int(size) for size in text.split(",")], default=[50, 200, 500])
    parser.add_argument("--ways", type=lambda text: text.split(","), default=list(WAYS))
    arguments = parser.parse_args()
    print(f"start-up of the plugin: {startup_s():.2f} s (median)\n")
    print(f"| resources | phase | {' | '.join(f'{way}, s' for way in arguments.ways)} | of the goal |")
    print("|---" * (len(arguments.ways) + 3) + "|")
    for size in arguments.sizes:
        with TemporaryDirectory() as folder, _moto(Path(folder)) as moto:
            _warm(moto)
            taken = {way: _measure(way, size, moto, Path(folder) / way.replace(" ", "-")) for way in arguments.ways}
        for phase in PHASES:
            seconds = [taken[way][phase] for way in arguments.ways]
            share = f"{_share(taken, phase):.2f}" if set(arguments.ways) >= _COMPARED else "-"
            print(f"| {size} | {phase} | {' | '.join(f'{each:.1f}' for each in seconds)} | {share} |", flush=True)


def _share(taken: dict[str, dict[str, float]], phase: str) -> float:
    """Return our time as a part of what it may be: 1.25 times boto3 on 16 threads, and the engine alone."""
    return taken["sixfold"][phase] / (GOAL * taken["boto3 on 16 threads"][phase] + taken["nothing"][phase])


def _measure(way: str, size: int, moto: str, folder: Path) -> dict[str, float]:
    """Return phase → seconds, on an AWS that is empty at first."""
    print(f"{size} resources, {way} ...", file=sys.stderr, flush=True)
    httpx.post(f"{moto}/moto-api/reset", timeout=60).raise_for_status()
    if way in {"sixfold", "nothing"}:
        return _time(Stack(folder, way, size, moto, "[]"))
    lives = [record(moto, number) for number in range(size)]
    httpx.post(f"{moto}/moto-api/reset", timeout=60).raise_for_status()
    if way == "dynamic":
        return _time(Stack(folder, way, size, moto, json.dumps(lives)))
    taken, client = {}, clients(moto)
    for phase in PHASES:
        began = perf_counter()
        replay(client, [life.get(phase, []) for life in lives], _THREADS[way])
        taken[phase] = perf_counter() - began
    return taken


def _warm(moto: str) -> None:
    """Have moto load each service before anything is measured, or the first way pays for all."""
    for number in range(len(KINDS)):
        record(moto, number)


def _time(stack: Stack) -> dict[str, float]:
    return {phase: stack.time(phase) for phase in PHASES}


@contextmanager
def _moto(folder: Path) -> Iterator[str]:
    """Run a moto server on a free port."""
    log = folder / "moto.log"
    command: list[str | Path] = [Path(sys.executable).with_name("moto_server"), "--host", "127.0.0.1", "--port", "0"]
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as server:
        try:
            yield _address(log, server)
        finally:
            server.terminate()


def _address(log: Path, server: "subprocess.Popen[bytes]") -> str:
    while server.poll() is None:
        lines = [line for line in log.read_text().splitlines() if "Running on http" in line]
        if lines:
            return lines[0].split()[-1]
        sleep(0.1)
    raise SystemExit(f"moto did not start:\n{log.read_text()}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stdout}\n{error.stderr}")
