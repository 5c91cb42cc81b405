import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import launchers

MakeCommand = Callable[[str, str], Path]
SHOWS = 'echo "$PULUMI_BACKEND_URL|${PULUMI_CONFIG_PASSPHRASE-unset}|$PULUMI_SKIP_UPDATE_CHECK|$*"'


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    folder = tmp_path / "clone" / ".venv" / "bin"
    folder.mkdir(parents=True)
    return folder


def call(pulumi: Path, **variables: str) -> list[str]:
    said = subprocess.check_output([pulumi, "up", "a b"], env={"PATH": os.environ["PATH"], **variables}, text=True)
    return said.strip().split("|")


def test_pulumi_gets_the_projects_defaults(environment: Path, command: MakeCommand) -> None:
    launchers.install(environment, {"pulumi": command("pulumi", SHOWS)})
    state = environment.parents[1] / ".sixfold" / "state"
    assert call(environment / "pulumi") == [f"file://{state}?metadata=skip", "", "true", "up a b"]
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (state, state.parent)] == [0o700, 0o700]


def test_what_the_environment_says_is_kept(environment: Path, command: MakeCommand) -> None:
    launchers.install(environment, {"pulumi": command("pulumi", SHOWS)})
    own = {"PULUMI_BACKEND_URL": "s3://state", "PULUMI_CONFIG_PASSPHRASE": "x", "PULUMI_SKIP_UPDATE_CHECK": "false"}
    assert call(environment / "pulumi", **own) == ["s3://state", "x", "false", "up a b"]


def test_the_state_follows_the_home(environment: Path, command: MakeCommand, tmp_path: Path) -> None:
    launchers.install(environment, {"pulumi": command("pulumi", SHOWS)})
    assert (
        call(environment / "pulumi", SIXFOLD_HOME=str(tmp_path / "home"))[0]
        == f"file://{tmp_path}/home/state?metadata=skip"
    )


def test_an_engine_without_a_language_host_gets_ours(environment: Path, command: MakeCommand) -> None:
    launchers.install(environment, {"pulumi": command("pulumi", "")})
    assert "tools/language_host.py" in (environment / "pulumi-language-python").read_text()


def test_an_official_language_host_is_left_alone(environment: Path, command: MakeCommand) -> None:
    pulumi = command("pulumi", "")
    launchers.install(environment, {"pulumi": pulumi})
    command("pulumi-language-python", "")
    launchers.install(environment, {"pulumi": pulumi})
    assert not (environment / "pulumi-language-python").exists()


def test_other_commands_are_links_that_can_be_made_anew(environment: Path, command: MakeCommand) -> None:
    promtool = command("promtool", "")
    launchers.install(environment, {"promtool": promtool})
    launchers.install(environment, {"promtool": promtool})
    assert (environment / "promtool").readlink() == promtool
    assert [each.name for each in environment.iterdir()] == ["promtool"]
