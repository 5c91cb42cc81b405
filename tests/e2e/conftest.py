"""One platform for all of these tests: brought up in a project folder of its own, at ports of its own."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from delivery import engine_log
from infra.plans.names import stand_in_credentials
from infra.stand_in.key import access_key
from sixfold.contract import Product, load_product
from sixfold.outputs import StackOutputs
from sixfold.stack import Pin, pin, read
from tests._projects import wait_for_line

ROOT = Path(__file__).parents[2]
SHARED = (
    *("sixfold", "pulumi_sixfold", "models", "serving", "products", "monitoring", "infra", "delivery"),
    *("Pulumi.yaml", "requirements.lock"),
)


@dataclass(frozen=True)
class Project:
    """A project folder with its own home and stack file; the code is this checkout's."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / ".sixfold"

    @property
    def stack_file(self) -> Path:
        return self.root / "stacks" / "Pulumi.local.yaml"

    @property
    def release(self) -> str:
        return read(self.stack_file).products["flight-delays"]["v1"].releases[0].release

    @property
    def variables(self) -> dict[str, str]:
        """The environment of somebody who has not activated the one that the bootstrap made."""
        return os.environ | {"SIXFOLD_HOME": str(self.home), "COLUMNS": "200", "PATH": os.defpath}

    def run(self, program: str, *arguments: str, fails: bool = False) -> str:
        """Run `sixfold` or `pulumi` in this project, and return what it printed."""
        done = subprocess.run(
            [Path(sys.executable).with_name(program), *arguments],
            cwd=self.root,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert bool(done.returncode) == fails, done.stdout
        return done.stdout

    def environment(self) -> StackOutputs:
        said = self.run("pulumi", "stack", "output", "environment", "--json", "--stack", "local")
        return StackOutputs.model_validate_json(said)

    def url(self, product: str = "flight-delays") -> str:
        """Return where the edge serves v1 of a product."""
        (served,) = (each for each in self.environment().products if each.name == product)
        return str(served.api_versions[0].url)

    def ledger(self) -> list[dict[str, Any]]:
        """Return the entries of the ledger of flight-delays."""
        return [json.loads(line) for line in self.run("sixfold", "ledger", "flight-delays", "--json").splitlines()]

    def pin(self, *releases: Pin) -> None:
        pin(self.stack_file, "flight-delays", "v1", list(releases))

    def processes(self) -> list[int]:
        """Return every process that works for this project: its home is in the environment, or on the command line."""
        mark = str(self.home).encode()
        return [
            int(folder.name)
            for folder in Path("/proc").iterdir()
            if folder.name.isdigit() and int(folder.name) != os.getpid() and mark in _described(folder)
        ]

    def kill_during(self, line: str, program: str, *arguments: str) -> None:
        """Start a program, and kill it and all that works for this project as soon as the engine's log has the line."""
        log = engine_log.begin(self.home, "local")
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        with subprocess.Popen(command, cwd=self.root, env=self.variables, stdout=subprocess.DEVNULL) as running:
            wait_for_line(line, log, running)
            self.kill_all()

    def kill_all(self) -> None:
        """Do what a restart of the machine does."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _free_ports() -> int:
    """Return the first of the ports for a platform, below those that `free_port` gives to other tests."""
    blocks = range(10_000, 20_000, 1_000)
    return next(first for first in random.sample(blocks, len(blocks)) if all(map(_free, range(first, first + 1_000))))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _described(folder: Path) -> bytes:
    with suppress(OSError):
        return (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
    return b""


@pytest.fixture(scope="session", autouse=True)
def _credentials(fresh: Project) -> Iterator[None]:
    """Credentials of the stand-in, for tests that read the lake or the registry themselves."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stand_in_credentials(access_key(fresh.home)).items():
            patch.setenv(name, value)
        patch.setattr(boto3, "DEFAULT_SESSION", None)  # that of a test before has its own credentials, and keeps them
        yield


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project in which nothing was ever done."""
    project = Project(tmp_path_factory.mktemp("project"))
    for name in SHARED:
        (project.root / name).symlink_to(ROOT / name)
    project.stack_file.parent.mkdir()
    committed = subprocess.check_output(["git", "show", "HEAD:stacks/Pulumi.local.yaml"], cwd=ROOT, text=True)
    project.stack_file.write_text(committed.replace("first_port: 4600", f"first_port: {_free_ports()}"))
    yield project
    project.kill_all()
    shutil.rmtree(project.home, ignore_errors=True)


@pytest.fixture(scope="session")
def first_up(fresh: Project) -> str:
    """Output of the first `sixfold up`."""
    return fresh.run("sixfold", "up")


@pytest.fixture(scope="session")
def platform(fresh: Project, first_up: str) -> Project:
    """A platform that is up."""
    assert "/predict → " in first_up
    return fresh


@pytest.fixture(scope="session")
def replayed(platform: Project) -> Project:
    """The platform after five days of October 2013."""
    platform.run(
        "sixfold", "replay", "flight-delays", "--from", "2013-10-01", "--to", "2013-10-06", "--speed", "100000000"
    )
    return platform


@pytest.fixture(scope="session")
def contract() -> Product:
    return load_product(ROOT / "products/flight_delays/product.yaml")


@pytest.fixture
def flight(contract: Product) -> dict[str, Any]:
    """A request row that works."""
    return dict(contract.example)
