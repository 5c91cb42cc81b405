"""A moto server that enforces IAM, and somebody who calls it as administrator or in a role."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.iam._role import Caller

_READY_WITHIN_S = 120


@pytest.fixture(scope="session")
def strict_aws(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    port, log = free_port(), tmp_path_factory.mktemp("strict-aws") / "moto.log"
    command = [sys.executable, "-m", "tests.iam._server", "--port", str(port)]
    root = Path(__file__).parents[2]
    with log.open("wb") as out, subprocess.Popen(command, cwd=root, stdout=out, stderr=out) as server:
        try:
            _wait(f"http://127.0.0.1:{port}", server, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def session_caller(strict_aws: str) -> Caller:
    """The clients of the whole run, since each takes long to make."""
    return Caller(strict_aws)


@pytest.fixture
def caller(session_caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """The administrator of an empty account; the plugin in this process calls as whoever the caller is."""
    monkeypatch.setattr("pulumi_sixfold.aws.handler.aws_client", session_caller.client)
    session_caller.start_over()
    return session_caller


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            return httpx.get(f"{url}/moto-api/").raise_for_status() and None
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"{url} did not answer within {_READY_WITHIN_S} s\n{log.read_text()}")
