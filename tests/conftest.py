"""Fixtures for every test folder: a free port, and a moto server in place of AWS.

With several processes the one that prints knows no other conftest, so what it does and prints begins here.
"""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import boto3
import httpx
import prometheus_client  # noqa: F401 - before Feast, whose import would make all counters those of many processes
import pytest
from hypothesis import settings

from sixfold.outputs import PlatformRefs, Purpose
from tests import _control_plane, _parts
from tests._servers import running
from tests.attacks._table import attacks
from tests.engine._table import conformance
from tests.faults._sample import kills, seed
from tests.unit.pulumi_sixfold.aws._table import readings

# Threads of OpenMP, which LightGBM fits with, sleep while they wait. Else they take the time of those that work: on a
# busy machine a fit of two seconds took more than a minute. The models are the same. Read when LightGBM is imported.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# A red run can be repeated: the same examples each time, and a slow machine fails none of them.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_configure() -> None:
    """Let all processes try the same sample of faults: they inherit the seed."""
    seed()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Divide the tests as _parts says."""
    from tests._scheduler import Parts  # noqa: PLC0415 - `-p no:xdist` has no such thing

    return Parts(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the parts into the order in which they are to begin."""
    items[:] = _parts.in_order(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have the control plane built, where one process runs all tests."""
    if not session.config.option.collectonly and not hasattr(session.config, "workerinput"):
        _control_plane.build_for(session.config, (item.nodeid for item in session.items))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(node: Any, ids: Sequence[str]) -> None:
    """Have the control plane built, where others run the tests."""
    _control_plane.build_for(node.config, ids)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what still runs in the background."""
    _control_plane.end_build(config)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what parts of the suite have to say beyond passed and failed."""
    conformance(terminalreporter)
    kills(terminalreporter)
    attacks(terminalreporter)
    readings(terminalreporter)


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that gives a port on which nothing listens."""
    return _parts.free_port


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A moto server for the whole run; tests take `moto`, which empties it first."""
    with serve_moto(tmp_path_factory.mktemp("moto")) as url:
        yield url


@contextmanager
def serve_moto(folder: Path) -> Iterator[str]:
    """A moto server on a free port, with its log in a folder."""
    url = f"http://127.0.0.1:{(port := _parts.free_port())}"
    script = Path(__file__).with_name("stand_ins") / "moto_server.py"
    command = [sys.executable, script, "--host", "127.0.0.1", "--port", str(port)]
    with running(command, f"{url}/moto-api/", folder / "moto.log"):
        yield url


@pytest.fixture
def moto(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an AWS that is empty, with the credentials and region for it in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    forget_all(moto_server)
    return moto_server


def make_signing_keys(platform: PlatformRefs) -> None:
    """Make the keys that releases and ledgers are signed by, as the program does."""
    kms = boto3.client("kms", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    for purpose in get_args(Purpose):
        key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/{platform.signing_key(purpose)}", TargetKeyId=key)


def forget_all(moto: str) -> None:
    """Empty a moto server; on a busy machine one with much in it takes its time."""
    httpx.post(f"{moto}/moto-api/reset", timeout=120).raise_for_status()
