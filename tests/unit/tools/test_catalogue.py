import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.catalogue import (
    ALERTMANAGER,
    CONTROLPLANE,
    PROMETHEUS,
    PULUMI,
    Tool,
    good_enough,
    on_path,
    outside_environments,
    parse_version,
)
from tools.gobuild import go_version

MakeCommand = Callable[[str, str], Path]


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v3.259.0\n", (3, 259, 0)),
        ("promtool, version 2.42.0+ds (branch: debian/sid)", (2, 42, 0)),
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go 1.26", (1, 26)),
        ("command not found", ()),
    ],
)
def test_a_version_is_read_out_of_what_commands_print(said: str, version: tuple[int, ...]) -> None:
    assert parse_version(said) == version


@pytest.mark.parametrize(("printed", "good"), [("v3.258.9", False), ("v3.259.0", True), ("v4.0.0", True), ("", False)])
def test_a_command_is_good_enough_from_its_minimum_version_on(command: MakeCommand, printed: str, good: bool) -> None:  # noqa: FBT001 - a case of the table
    binary = command("pulumi", f"echo '{printed}'")
    assert good_enough(PULUMI, {"pulumi": binary}) is good


def test_a_tool_of_which_one_command_is_missing_is_not_good_enough(command: MakeCommand) -> None:
    binary = command("prometheus", "echo 'prometheus, version 3.0.0'")
    assert not good_enough(PROMETHEUS, on_path(PROMETHEUS, str(binary.parent)))


def test_debian_calls_the_alertmanager_by_another_name(command: MakeCommand) -> None:
    binary = command("prometheus-alertmanager", "echo 'alertmanager, version 0.25.0'")
    assert on_path(ALERTMANAGER, str(binary.parent)) == {"alertmanager": binary}


def test_commands_of_a_virtual_environment_are_not_taken_for_the_machines_own(tmp_path: Path) -> None:
    (tmp_path / "clone/.venv").mkdir(parents=True)
    (tmp_path / "clone/.venv/pyvenv.cfg").touch()
    assert outside_environments(f"{tmp_path}/clone/.venv/bin:/usr/bin:") == "/usr/bin"


@pytest.mark.parametrize("tool", [PULUMI, PROMETHEUS, ALERTMANAGER, CONTROLPLANE])
def test_a_tools_version_is_the_one_that_its_go_module_pins(tool: Tool, tools: Path) -> None:
    pinned = re.search(rf"{tool.module} v(\S+)", (tools / tool.name / "go.mod").read_text())
    version = (
        tool.version if tool is not PROMETHEUS else "0.{}{:0>2}.{}".format(*tool.version.split("."))
    )  # 3.16.0 is v0.316.0
    assert pinned is not None
    assert pinned[1] == version


def test_the_engine_is_in_step_with_its_sdk(tools: Path) -> None:
    project = tomllib.loads((tools.parent / "pyproject.toml").read_text())["project"]
    assert f"pulumi=={PULUMI.version}" in project["dependencies"]


@pytest.mark.parametrize("tool", [PULUMI, PROMETHEUS, ALERTMANAGER, CONTROLPLANE])
def test_the_wheel_of_go_is_new_enough_for_every_module(tool: Tool, tools: Path) -> None:
    assert parse_version((tools / "go.txt").read_text()) >= go_version(tool)
