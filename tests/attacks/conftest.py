"""A local stack as the program declares it: its processes under a real supervisord, without engine and data."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from infra.checks.recording import record
from infra.plans import names
from infra.stand_in.key import access_key
from pulumi_sixfold.kit.handler import ProviderArgs
from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler
from sixfold.stack import parse
from tests.unit.infra.plans._edge import serve_release
from tests.unit.serving.conftest import nowhere, platform

__all__ = ["nowhere", "platform"]  # the empty platform of the serving tests

ROOT = Path(__file__).parents[2]
RELEASE = "a" * 64
_URN = "urn:pulumi:local::sixfold::sixfold:local:Process::{}"

Note = Callable[[str, str, str], None]


@dataclass(frozen=True)
class Stack:
    """A running stack: its home, its ports by service, and the key that only its owner has."""

    home: Path
    ports: dict[str, int]
    key: str


@pytest.fixture(scope="session")
def stack(free_port: Callable[[], int]) -> Iterator[Stack]:
    # pytest's own folders are closed to other users, and would hide that the home is open.
    outer = Path(tempfile.mkdtemp(prefix="sixfold-attacks-"))
    outer.chmod(0o755)
    home, first = outer / "home", free_port()
    ports = names.service_ports(first)
    release = names.release_ports(first, [f"flight-delays/v1/{RELEASE}"]).popitem()[1]
    try:
        with ExitStack() as running:
            serve_release(running, release)
            running.enter_context(Processes(home, first))
            yield Stack(home, ports, access_key(home))
    finally:
        shutil.rmtree(outer)


class Processes:
    """The processes of the stack but its releases, one of which a test server plays."""

    def __init__(self, home: Path, first: int) -> None:
        self._home, self._first, self._handler = home, first, ProcessHandler(ProviderArgs(), Event())
        self._ids: list[tuple[str, ProcessArgs]] = []

    def __enter__(self) -> None:
        settings = parse(_settings(self._first), "Pulumi.local.yaml")
        declared = [each for each in record("local", settings, root=ROOT, home=self._home) if "Process" in each.type]
        services = [each for each in declared if RELEASE[:8] not in each.urn]
        with ThreadPoolExecutor(len(services)) as threads:
            list(threads.map(self._start, services))

    def _start(self, planned: Any) -> None:
        name = planned.urn.rsplit("::", 1)[1]
        args = ProcessArgs.model_validate({**planned.inputs, "program": f"{name}-attacked"})
        self._ids.append((self._handler.create(_URN.format(name), args), args))

    def __exit__(self, *_: object) -> None:
        for resource_id, args in self._ids:
            self._handler.delete(resource_id, args)


def _settings(first_port: int) -> dict[str, Any]:
    pinned = {"v1": {"releases": [{"release": RELEASE}]}}
    return {
        "runtime": "processes",
        "region": "us-east-1",
        "deletion_protection": False,
        "local": {"first_port": first_port},
        "products": {"flight-delays": pinned},
    }


@pytest.fixture(scope="session")
def client() -> Iterator[httpx.Client]:
    """A client for all attacks: a new one for each would spend more time on certificates than on requests."""
    with httpx.Client(timeout=20) as client:
        yield client


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """A function that adds an attack to the table: what was tried, where, and how it was answered."""
    return lambda what, where, answered: record_property("attack", (what, where, answered))
