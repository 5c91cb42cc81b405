"""Another user of the machine: no port takes a configuration from them, and no file of the stack is theirs to read."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.plans.names import SERVICES
from tests.attacks.conftest import Note, Stack

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root becomes another user")
NOBODY = 65534


def as_nobody(act: Callable[[], object]) -> str:
    """Return what an act of another user comes to: "done", or the error's name."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            act()
            os.write(writing, b"done")
        except BaseException as error:  # noqa: BLE001 - the parent judges
            os.write(writing, type(error).__name__.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return said.read()


def connect(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect(str(path))


def test_nothing_of_the_stack_is_read(stack: Stack, note: Note) -> None:
    assert as_nobody(lambda: list(stack.home.parent.iterdir())) == "done"
    files = [stack.home, *stack.home.rglob("*")]
    assert {"access-key", "prometheus.yml", "web.yml"} <= {file.name for file in files}
    for file in files:
        answered = as_nobody(lambda file=file: list(file.iterdir()) if file.is_dir() else file.read_bytes())
        note("another user reads", ".sixfold", answered)
        assert answered == "PermissionError", file


def test_no_socket_is_reached(stack: Stack, note: Note) -> None:
    sockets = [path for path in stack.home.rglob("*") if path.is_socket()]
    assert {path.name for path in sockets} == {"process.sock", "supervisor.sock"}
    for path in sockets:
        connect(path)
        answered = as_nobody(lambda path=path: connect(path))
        note("another user connects", path.name, answered)
        assert answered == "PermissionError"


CONTROLS = [
    *(("POST", "/load"), ("POST", "/stop"), ("PUT", "/config/apps"), ("GET", "/config/"), ("PATCH", "/id/x")),
    *(
        ("POST", "/-/quit"),
        ("PUT", "/-/quit"),
        ("POST", "/-/reload"),
        ("POST", "/api/v2/silences"),
        ("POST", "/api/v2/alerts"),
    ),
    *(("POST", "/moto-api/reset"), ("GET", "/moto-api/data.json"), ("POST", "/alerts"), ("PUT", "/bucket")),
]


@pytest.mark.parametrize(("method", "path"), CONTROLS)
@pytest.mark.parametrize("service", SERVICES)
def test_no_port_takes_a_configuration(
    stack: Stack, client: httpx.Client, note: Note, service: str, method: str, path: str
) -> None:
    answer = client.request(method, f"http://127.0.0.1:{stack.ports[service]}{path}", json={})
    note("control without the key", service, str(answer.status_code))
    assert answer.status_code in {401, 403, 404, 405}


def test_every_port_still_answers_its_owner(stack: Stack) -> None:
    login = ("sixfold", stack.key)
    ready = {"edge": "/", "router": "/", "edge-metrics": "/metrics", "router-metrics": "/metrics", "aws": "/moto-api/"}
    ready |= {"prometheus": "/-/ready", "alertmanager": "/-/ready"}
    for service, port in stack.ports.items():
        path = ready.get(service, "/readyz")
        httpx.get(f"http://127.0.0.1:{port}{path}", auth=login).raise_for_status()
