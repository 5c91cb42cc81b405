"""Commands that write files: into a folder with a space, and into what is no folder."""

import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.commands import team
from sixfold.errors import SixfoldError

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def one_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("infra.checks.deployer.policies.policies", lambda *_, **__: [{}])


def test_a_printed_command_works_in_a_folder_with_a_space(tmp_path: Path) -> None:
    done = CliRunner().invoke(team.commands, ["deployer-policy", "--stack", "dev", "--to", str(tmp_path / "a b")])
    assert shlex.split(done.output)[-1] == f"file://{tmp_path}/a b/sixfold-dev-0.json"


@pytest.mark.parametrize("below", ["file", "file/below"])
def test_what_is_no_folder_is_an_error_with_a_remedy(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    done = CliRunner().invoke(team.commands, ["deployer-policy", "--stack", "dev", "--to", str(tmp_path / below)])
    assert isinstance(done.exception, SixfoldError)
