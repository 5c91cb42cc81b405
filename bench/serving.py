"""`make bench-serving`: a release of the local stack beside other ways to serve its model, in one run, as a table.

The stack must be up (`make up`). Servers have one core and the client another. Each way is started alone, warmed, and
asked by one connection and by sixteen. `--rate 500` sends so many requests a second through both edges for a minute.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import httpx

from bench.load import Result, Target, load
from bench.processes import Server, served
from bench.serving_peers import PRODUCT
from delivery.live_stack import LiveStack
from delivery.passes import Passes
from delivery.project import Project
from delivery.reporter import Silent
from delivery.served import pins
from infra.plans.routing.traffic import local_addresses
from serving.run import command, flags
from sixfold.contract import load_products
from sixfold.metric_names import LOG_SHED, LOG_WRITTEN
from sixfold.registry.releases import Registry
from sixfold.stack import Traffic
from sixfold.wire import ENV_API_VERSION, ENV_HOME, ENV_PLATFORM, ENV_RELEASE

ROOT = Path(__file__).resolve().parents[1]
CONSUMER = "rebooking"
_SERVER, _CLIENT = 0, 1  # cores
_PEERS = ("fastapi", "uvicorn", "bentoml", "feast", "onnxruntime", "pydantic")
_DELAYS_MS = (0, 2, 10)
_COLD = 20_000  # different aircraft: more than a release remembers of those that the store does not know
_SECONDS = 60


class Way(NamedTuple):
    """A way to serve: its name, the command, whose last part is the port, its bodies, and the delay of its store.

    It is asked by one connection, and by `many`.
    """

    name: str
    command: Sequence[str]
    bodies: Sequence[bytes]
    delay_ms: int | None = None
    many: int = 16


class Bench:
    """The measurements of one run."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._stack = LiveStack(Project.find(ROOT, os.environ), "local", Silent())
        self._stack.connect()
        self._passes = Passes.of(self._stack.platform, PRODUCT)
        (product,) = [each for each in self._stack.outputs.products if each.name == PRODUCT]
        self._served = product.api_versions[0]
        self._bento = Registry(self._stack.platform, self._stack.project.home).fetch(PRODUCT, self._release)
        self._row = load_products(ROOT / "products")[PRODUCT].example

    @property
    def _release(self) -> str:
        return self._served.releases[0].release

    def table(self) -> None:
        """Measure each way, and print its row as soon as it is there."""
        print(
            "| way | 1 connection, /s | 16, /s | their median, ms | p99, ms | processor, ms | start, s | memory, MiB |"
        )
        print("|---" * 8 + "|")
        for way in self._ways():
            with self._store(way.delay_ms) as endpoint, self._started(way, endpoint) as server:
                target = self._target(server.port, way.bodies)
                load(target, connections=way.many, seconds=1)
                one, used = load(target, connections=1, seconds=self._seconds), server.processor_s
                many = load(target, connections=way.many, seconds=self._seconds)
                each_ms = (server.processor_s - used) / (many.rate * self._seconds) * 1000
                _print(way.name, one, many, f"{each_ms:.2f}", f"{server.start_s:.1f}", f"{server.memory_mib:.0f}")
        target = self._edge()
        one, many = (load(target, connections=n, seconds=self._seconds) for n in (1, 16))
        _print("sixfold, through both edges (shared cores)", one, many, "", "", "")

    def minute(self, rate: float) -> None:
        """Send a steady rate through both edges, and print what became of requests and log rows."""
        target = self._edge()
        before = self._logged()
        found = load(target, connections=16, seconds=_SECONDS, rate=rate)
        time.sleep(15)  # the log writes every five seconds
        written, shed = (after - then for after, then in zip(self._logged(), before, strict=True))
        print(f"{rate:,.0f} a second for {_SECONDS} s through both edges: {sum(found.statuses.values()):,} answers")
        print(f"{found.statuses}, median {found.median_ms:.1f} ms, p99 {found.p99_ms:.1f} ms, at {found.rate:,.0f}/s")
        print(f"rows of the log: {written:,.0f} written, {shed:,.0f} shed")

    def _ways(self) -> list[Way]:
        row, path = json.dumps(self._row).encode(), "bench.serving_peers"
        batch = json.dumps({"rows": [self._row] * 1000}).encode()
        cold = [json.dumps({**self._row, "tailnum": f"X{n:05d}"}).encode() for n in range(_COLD)]
        asgi = [sys.executable, "-m", "uvicorn", "--no-access-log", "--log-level", "warning", "--lifespan", "off"]
        bento = [sys.executable, "-m", "bentoml", "serve", "--api-workers", "1"]
        ours = _last_port(command(self._bento, "127.0.0.1", 0))
        feast, own_api = [*asgi, f"{path}:fastapi_feast", "--port"], [*bento, f"{path}:BentoDefault", "--port"]
        return [
            Way("bare ASGI, empty", [*asgi, f"{path}:bare", "--port"], [row]),
            Way("bare ASGI, model", [*asgi, f"{path}:with_model", "--port"], [row]),
            Way("FastAPI, model", [*asgi, f"{path}:fastapi_model", "--port"], [row]),
            Way("BentoML, empty", [*bento, f"{path}:Empty", "--port"], [row]),
            Way("BentoML's API, model", own_api, [b'{"flight": ' + row + b"}"]),
            Way("sixfold, as deployed, rows in memory", ours, [row]),
            Way("sixfold, batches of 1,000, 2 connections", ours, [batch], many=2),
            Way("FastAPI, Feast, model, on moto", feast, [row]),
            *(Way(f"FastAPI, Feast, model, store of {ms} ms", feast, [row], ms) for ms in _DELAYS_MS),
            *(Way(f"sixfold, an aircraft never asked for, store of {ms} ms", ours, cold, ms) for ms in _DELAYS_MS),
        ]

    def _target(self, port: int, bodies: Sequence[bytes]) -> Target:
        return Target(port, "/predict", bodies, self._passes.headers(CONSUMER))

    def _edge(self) -> Target:
        edge = httpx.URL(self._served.url)
        body = json.dumps(self._row).encode()
        return Target(edge.port or 80, f"{edge.path}/predict", [body], self._passes.headers(CONSUMER))

    def _logged(self) -> tuple[float, float]:
        """Return the rows that the live release has written to its log, and those that it gave up."""
        outputs, local = self._stack.outputs, self._stack.settings().local
        live = {
            each.name: {version: Traffic(releases=some) for version, some in pins(outputs, each.name).items()}
            for each in outputs.products
        }
        address = local_addresses(live, local.first_port if local else 0)
        at = address(PRODUCT, self._served.version, self._release)
        lines = httpx.get(f"http://{at}/metrics").text.splitlines()
        found = [line for line in lines if 'table="flight_delays"' in line]
        written, shed = (
            sum(float(line.split()[-1]) for line in found if line.startswith(name)) for name in (LOG_WRITTEN, LOG_SHED)
        )
        return written, shed

    @contextmanager
    def _store(self, delay_ms: int | None) -> Iterator[str]:
        """Yield the address of the stand-in for AWS, or of a store that answers after a while in front of it."""
        behind = str(self._stack.platform.aws_endpoint)
        if delay_ms is None:
            yield behind
            return
        run = [sys.executable, "-m", "bench.store", "--from", behind, "--region", self._stack.platform.region]
        with served([*run, "--delay", str(delay_ms), "--port"], os.environ, _listens, _CLIENT) as store:
            yield f"http://127.0.0.1:{store.port}"

    @contextmanager
    def _started(self, way: Way, endpoint: str) -> Iterator[Server]:
        platform = self._stack.platform.model_copy(update={"aws_endpoint": endpoint})
        environment = os.environ | {
            **flags(self._stack.project.home, self._release),
            ENV_HOME: str(self._stack.project.home),
            ENV_PLATFORM: platform.model_dump_json(),
            ENV_RELEASE: self._release,
            ENV_API_VERSION: self._served.version,
            "BENCH_SOURCE": str(self._bento / "src"),
        }
        with served(way.command, environment, lambda port: self._answers(port, way.bodies[0]), _SERVER) as server:
            yield server

    def _answers(self, port: int, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", **self._passes.headers(CONSUMER)}
        try:
            return httpx.post(f"http://127.0.0.1:{port}/predict", content=body, headers=headers, timeout=30).is_success
        except httpx.TransportError:
            return False


def _print(name: str, one: Result, many: Result, *rest: str) -> None:
    wrong = {code: count for code, count in {**one.statuses, **many.statuses}.items() if code != "200"}
    figures = (f"{one.rate:,.0f}", f"{many.rate:,.0f}", f"{many.median_ms:.1f}", f"{many.p99_ms:.1f}", *rest)
    print(f"| {name} | {' | '.join(figures)} |{f' other statuses: {wrong}' if wrong else ''}", flush=True)


def _last_port(parts: Sequence[str]) -> list[str]:
    place = list(parts).index("--port")
    return [*parts[:place], *parts[place + 2 :], "--port"]


def _listens(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code > 0
    except httpx.TransportError:
        return False


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement")
    parser.add_argument("--rate", type=float, help="a steady rate through both edges for a minute, and nothing else")
    given = parser.parse_args()
    print(", ".join(f"{name} {version(name)}" for name in _PEERS), f"on {os.cpu_count()} cores\n")
    os.sched_setaffinity(0, {_CLIENT})
    bench = Bench(given.seconds)
    if given.rate:
        bench.minute(given.rate)
    else:
        bench.table()


if __name__ == "__main__":
    main()
