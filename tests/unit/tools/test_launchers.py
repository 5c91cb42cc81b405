import os
import stat
import subprocess
import sys
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


@pytest.mark.parametrize("name", ["a b", "größe", "c#1", "50%off", "50%25", "what?now", "a'b"])
def test_the_engine_keeps_its_state_below_the_home_whatever_that_is_called(tmp_path: Path, name: str) -> None:
    home, project = tmp_path / name, tmp_path / "project"
    home.mkdir()
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: t\nruntime: python\n")
    given = {**os.environ, "SIXFOLD_HOME": str(home), "PULUMI_HOME": str(tmp_path / "pulumi")}
    given.pop("PULUMI_BACKEND_URL", None)
    pulumi = [Path(sys.prefix) / "bin" / "pulumi", "--non-interactive"]
    subprocess.run([*pulumi, "stack", "init", "t"], cwd=project, env=given, check=True, capture_output=True)
    assert (home / "state" / ".pulumi" / "stacks" / "t" / "t.json").exists()
    assert not list(tmp_path.rglob("*.attrs"))  # `metadata=skip` holds


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
