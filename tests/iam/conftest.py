"""A moto server that enforces IAM, and somebody who calls it as administrator or in a role."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests._servers import running
from tests.iam._role import Caller


@pytest.fixture(scope="session")
def strict_aws(free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the server."""
    port, log = free_port(), tmp_path_factory.mktemp("strict-aws") / "moto.log"
    command = [sys.executable, "-m", "tests.iam._server", "--port", str(port)]
    root = Path(__file__).parents[2]
    with running(command, f"http://127.0.0.1:{port}/moto-api/", log, cwd=root):
        yield f"http://127.0.0.1:{port}"


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
