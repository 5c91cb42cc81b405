"""Who prints: the commands, and the programs that are listed here with their reason. All else tells a reporter."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = ("sixfold", "pulumi_sixfold", "models", "serving", "monitoring", "products", "infra", "delivery")
MAY_PRINT = {
    "delivery/commands/": "the command line",
    "infra/policies/table.py": "`python -m infra.policies.table` prints the table of the docs",
    "pulumi_sixfold/local/watchdog.py": "its stdout is its log, as supervisord keeps it",
    "pulumi_sixfold/local/guardian.py": "its stdout is its log, as supervisord keeps it",
    "pulumi_sixfold/engine/server.py": "the engine reads the plugin's port from stdout",
}
PRINTERS = {"print", "console.print", "typer.echo", "sys.stdout.write", "sys.stderr.write", "sys.stdout.writelines"}


def printed(code: str) -> Iterator[str]:
    """Return each call that prints."""
    calls = (ast.unparse(node.func) for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return (call for call in calls if call in PRINTERS)


def printing() -> set[str]:
    paths = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return {path.relative_to(ROOT).as_posix() for path in paths if any(printed(path.read_text()))}


def test_only_the_commands_print() -> None:
    assert not [path for path in printing() if not path.startswith(tuple(MAY_PRINT))]


@pytest.mark.parametrize("listed", MAY_PRINT)
def test_whoever_is_listed_prints(listed: str) -> None:
    assert any(path.startswith(listed) for path in printing())


def test_a_print_is_seen_wherever_it_stands() -> None:
    assert list(printed("def f():\n    sys.stdout.write('x')")) == ["sys.stdout.write"]
