"""`make bench-serving`: a release of the local stack beside other ways to serve its model, in one run, as a table.

The stack must be up (`make up`). Servers have one core and the client another. Each way is started alone, warmed, and
asked by one connection and by sixteen.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.load import Result, load
from bench.serving_peers import PRODUCT
from delivery.live_stack import LiveStack
from delivery.passes import Passes
from delivery.project import Project
from delivery.reporter import Silent
from serving.run import command, flags
from sixfold.contract import load_products
from sixfold.registry.releases import Registry
from sixfold.wire import ENV_API_VERSION, ENV_HOME, ENV_PLATFORM, ENV_RELEASE

CONSUMER = "rebooking"
ROOT = Path(__file__).resolve().parents[1]
_SERVER, _CLIENT = 0, 1  # cores
_PEERS = ("fastapi", "uvicorn", "bentoml", "feast", "onnxruntime", "pydantic")


class Way(NamedTuple):
    """A way to serve: its name, the command, whose last part is the port, and the form of its body."""

    name: str
    command: Sequence[str]
    form: str = "{}"


def main() -> None:
    """Measure each way, and print its row as soon as it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    given = parser.parse_args()
    row = json.dumps(load_products(ROOT / "products")[PRODUCT].example)
    stack = LiveStack(Project.find(ROOT, os.environ), "local", Silent())
    stack.connect()
    environment, ways = _ways(stack)
    passes = Passes.of(stack.platform, PRODUCT)
    print(", ".join(f"{name} {version(name)}" for name in _PEERS), f"on {os.cpu_count()} cores\n")
    print("| way | 1 connection, /s | 16, /s | median, ms | p99, ms | start, s | memory, MiB |")
    print("|---" * 7 + "|")
    os.sched_setaffinity(0, {_CLIENT})
    for way in ways:
        asked = way.form.replace("{}", row).encode()
        with _served(way, environment, asked) as (port, start_s, pid):
            at = (port, "/predict", asked, passes.headers(CONSUMER))
            load(*at, connections=16, seconds=1)
            one, many = (load(*at, connections=n, seconds=given.seconds) for n in (1, 16))
            _print(way.name, one, many, f"{start_s:.1f}", f"{_memory_mib(pid):.0f}")
    edge = httpx.URL(environment["BENCH_EDGE"])
    at = (edge.port or 80, f"{edge.path}/predict", row.encode(), passes.headers(CONSUMER))
    one, many = (load(*at, connections=n, seconds=given.seconds) for n in (1, 16))
    _print("sixfold, through both edges (shared cores)", one, many, "", "")


def _print(name: str, one: Result, many: Result, start: str, memory: str) -> None:
    wrong = {code: count for code, count in {**one.statuses, **many.statuses}.items() if code != "200"}
    print(
        f"| {name} | {one.rate:,.0f} | {many.rate:,.0f} | {many.median_ms:.1f} | {many.p99_ms:.1f} | {start} "
        f"| {memory} |{f' other statuses: {wrong}' if wrong else ''}",
        flush=True,
    )


def _ways(stack: LiveStack) -> tuple[dict[str, str], list[Way]]:
    """Return the environment of all servers, and the ways."""
    (served,) = [each for each in stack.outputs.products if each.name == PRODUCT]
    api_version = served.api_versions[0]
    release = api_version.releases[0].release
    home = stack.project.home
    bento = Registry(stack.platform, home).fetch(PRODUCT, release)
    environment = os.environ | {
        **flags(home, release),
        ENV_HOME: str(home),
        ENV_PLATFORM: stack.platform.model_dump_json(),
        ENV_RELEASE: release,
        ENV_API_VERSION: api_version.version,
        "BENCH_SOURCE": str(bento / "src"),
        "BENCH_EDGE": api_version.url,
    }
    uvicorn = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--lifespan", "off"]
    bentoml = [sys.executable, "-m", "bentoml", "serve", "--api-workers", "1"]
    peers = "bench.serving_peers"
    return environment, [
        Way("bare ASGI, empty", [*uvicorn, f"{peers}:bare", "--port"]),
        Way("bare ASGI, model", [*uvicorn, f"{peers}:with_model", "--port"]),
        Way("FastAPI, model", [*uvicorn, f"{peers}:fastapi_model", "--port"]),
        Way("FastAPI, Feast, model", [*uvicorn, f"{peers}:fastapi_feast", "--port"]),
        Way("BentoML, empty", [*bentoml, f"{peers}:Empty", "--api-workers", "1", "--port"]),
        Way(
            "BentoML's API, model",
            [*bentoml, f"{peers}:BentoDefault", "--api-workers", "1", "--port"],
            '{"flight": {}}',
        ),
        Way("sixfold, as deployed", _last_port(command(bento, "127.0.0.1", 0))),
    ]


def _last_port(parts: Sequence[str]) -> list[str]:
    place = list(parts).index("--port")
    return [*parts[:place], *parts[place + 2 :], "--port"]


@contextmanager
def _served(way: Way, environment: dict[str, str], body: bytes) -> Iterator[tuple[int, float, int]]:
    """Start a way, and yield its port, the seconds until its first answer, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = time.perf_counter()
    server = subprocess.Popen(
        [*way.command, str(port)], cwd=ROOT, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.sched_setaffinity(server.pid, {_SERVER})
    try:
        while not _answers(port, body):
            if server.poll() is not None or time.perf_counter() > started + 60:
                raise SystemExit(f"{way.name} does not start: {' '.join(way.command)} {port}")
            time.sleep(0.02)
        yield port, time.perf_counter() - started, server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def _answers(port: int, body: bytes) -> bool:
    try:
        kind = {"Content-Type": "application/json"}
        return httpx.post(f"http://127.0.0.1:{port}/predict", content=body, headers=kind, timeout=30).is_success
    except httpx.TransportError:
        return False


def _memory_mib(pid: int) -> float:
    """Return the proportional set size of the largest process of a group: pages that others share count in part."""
    members = [each for each in Path("/proc").glob("[0-9]*") if _group(each) == pid]
    return max(_pss_kib(each) for each in members) / 1024


def _group(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(")", 1)[1].split()[2])
    except OSError:
        return -1


def _pss_kib(process: Path) -> int:
    lines = (process / "smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    main()
