"""A Kubernetes control plane for the run, and Pulumi projects that provision on it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import pytest

from sixfold.cluster import Operator
from tests._control_plane import BOOTSTRAP
from tests._projects import Project, find_engine, projects
from tests.cluster._plane import Plane, running
from tests.cluster._stacks import Stack
from tests.conftest import forget_all
from tests.iam.conftest import session_caller, strict_aws  # noqa: F401 - fixtures for the tests here

_HERE = Path(__file__).parent
_WITH_A_BUILD_S = 1800
_DOWNLOAD_S = 120
_CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder time: the first one waits for what is built meanwhile."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.timeout(_WITH_A_BUILD_S))


@pytest.fixture(scope="session")
def binary(request: pytest.FixtureRequest) -> Path:
    """The control plane's binary; shows how its build goes on."""
    said = ""
    terminal, capture = map(request.config.pluginmanager.getplugin, ("terminalreporter", "capturemanager"))
    with subprocess.Popen(BOOTSTRAP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as bootstrap:
        for line in bootstrap.stdout or ():
            said += line
            if terminal:  # which a process that runs tests for another one has not
                with capture.global_and_fixture_disabled():
                    terminal.write_line(line.rstrip())
    if bootstrap.returncode != 0:
        pytest.fail(f"there is no control plane:\n{said}", pytrace=False)
    return (Path(sys.prefix) / "bin" / "controlplane").resolve()


@pytest.fixture(scope="session")
def plane(binary: Path, free_port: Callable[[], int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plane]:
    """A control plane for the whole run."""
    with running(binary, tmp_path_factory.mktemp("plane"), free_port) as up:
        yield up


@pytest.fixture
def namespace(plane: Plane, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own, in which pods must be restricted."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[-60:].strip("-")
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    plane.kubectl("apply", "-f", "-", given=json.dumps(made))
    yield name
    plane.kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="session")
def kubernetes(plane: Plane, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of Pulumi projects on the control plane: the official plugin, or else the stand-in."""
    pulumi, home = find_engine(), tmp_path_factory.mktemp("pulumi-home")
    env = {"KUBECONFIG": str(plane.kubeconfig)}
    install = [str(pulumi), "plugin", "install", "resource", "kubernetes", version("pulumi-kubernetes")]
    had = subprocess.run(
        install, env={**os.environ, "PULUMI_HOME": str(home)}, timeout=_DOWNLOAD_S, capture_output=True, check=False
    )
    if had.returncode == 0:
        return env | {"PULUMI_HOME": str(home)}
    folders = (str(_HERE / "stand_in" / "bin"), str(pulumi.parent), os.environ["PATH"])
    return env | {"PATH": os.pathsep.join(folders)}


@pytest.fixture(scope="module")
def make_project(
    kubernetes: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Project]]:
    """A function `(program, **config) -> Project`; the program is a text, or a path to a file. Destroyed at the end."""
    with projects(find_engine(), tmp_path_factory.mktemp("projects"), kubernetes) as make:
        yield make


@pytest.fixture(scope="module")
def make_stack(
    moto_server: str, kubernetes: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Stack]]:
    """A function `(name, like=None, on=None) -> Stack`: a stack of which nothing is there yet, in an AWS that is empty.

    Without `on`, a control plane with nothing on it, it is on the run's, which has the operators.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in _CREDENTIALS.items():
            patch.setenv(name, value)
        path = os.pathsep.join([str(find_engine().parent), os.environ["PATH"]])
        env = {**os.environ, "PATH": path, **kubernetes}

        def make(name: str, like: str | None = None, on: Plane | None = None) -> Stack:
            forget_all(moto_server)
            variables = env | ({"KUBECONFIG": str(on.kubeconfig)} if on else {})
            present = () if on else get_args(Operator)
            folder = tmp_path_factory.mktemp(name)
            return Stack(name, folder, variables, aws=moto_server, like=like or name, present=present)

        yield make
