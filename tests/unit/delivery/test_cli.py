import re
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


def test_the_version_and_the_short_help_are_there() -> None:
    shown = CliRunner().invoke(app, ["--version"])
    assert re.fullmatch(r"sixfold \d+\.\d+\.\d+\n", shown.output)
    for path in ([], ["release"], ["consumer"], ["consumer", "add"]):
        assert CliRunner().invoke(app, [*path, "-h"]).exit_code == 0


def test_products_and_stacks_are_completed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    words = {"_SIXFOLD_COMPLETE": "complete_bash", "COMP_CWORD": "2", "COMP_WORDS": "sixfold predict flig"}
    completed = CliRunner().invoke(app, [], env=words, prog_name="sixfold")
    assert completed.output.split() == ["flight-delays"]
