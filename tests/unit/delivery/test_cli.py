from pathlib import Path

import pytest
from typer.testing import CliRunner

from delivery.commands import app, main

COMMANDS = (
    "up",
    "down",
    "status",
    "train",
    "evaluate",
    "publish",
    "release",
    "rollback",
    "ledger",
    "replay",
    "predict",
    "remove",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_stack(command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    assert "--stack " in shown.output


def test_outside_of_a_project_the_error_says_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["sixfold", "status"])
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "cd to the folder with Pulumi.yaml" in capsys.readouterr().err


def test_a_removal_for_a_program_must_not_ask() -> None:
    refused = CliRunner().invoke(app, ["remove", "anything", "--json"])
    assert (refused.exit_code, "add --yes" in refused.output) == (2, True)
