"""What every test folder may use: a free port, and a moto server in the part of AWS."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import prometheus_client  # noqa: F401 - before Feast, whose import would make all counters those of many processes
import pytest
from hypothesis import settings

_READY_WITHIN_S = 60

# A red run can be repeated: the same examples each time, and a slow machine fails none of them.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    """A function that gives a port on which nothing listens."""
    return _free_port


@pytest.fixture(scope="session")
def moto_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A moto server for the whole run; tests take `moto`, which empties it first."""
    with serve_moto(tmp_path_factory.mktemp("moto")) as url:
        yield url


@contextmanager
def serve_moto(folder: Path) -> Iterator[str]:
    """A moto server on a free port, with its log in a folder."""
    url = f"http://127.0.0.1:{(port := _free_port())}"
    log = folder / "moto.log"
    script = Path(__file__).with_name("stand_ins") / "moto_server.py"
    command = [sys.executable, str(script), "--host", "127.0.0.1", "--port", str(port)]
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as server,
    ):
        try:
            _wait_until_ready(f"{url}/moto-api/", server, log)
            yield url
        finally:
            server.terminate()


@pytest.fixture
def moto(moto_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an AWS that is empty, with the credentials and region for it in the environment."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    forget_all(moto_server)
    return moto_server


def forget_all(moto: str) -> None:
    """Empty a moto server; on a busy machine one with much in it takes its time."""
    httpx.post(f"{moto}/moto-api/reset", timeout=120).raise_for_status()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_ready(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(url).raise_for_status() and None
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {_READY_WITHIN_S} s\n{log.read_text()}")
