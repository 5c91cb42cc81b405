"""Temporary Pulumi projects, run by the real engine."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests._projects import Project, find_engine, projects

_OUTCOMES = ("passed", "failed", "error")


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine that the bootstrap installed."""
    return find_engine()


@pytest.fixture
def pulumi_project(engine: Path, tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """A function `(program, **config) -> Project`; the program is a text, or a path to a file. Destroyed at the end."""
    with projects(engine, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def project_maker(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Project]]:
    """The same for stacks that all tests of a file look at."""
    with projects(engine, tmp_path_factory.mktemp("projects")) as make:
        yield make


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark by which the table of the conformance suite is made."""
    config.addinivalue_line("markers", "conformance(check): what a test of the conformance suite checks of a case")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the report of a conformance test say what it is about."""
    for item in items:
        for mark in item.iter_markers("conformance"):
            item.user_properties.append(("conformance", (item.callspec.id.split("-")[0], mark.args[0])))  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the conformance table, and what was not tried and why."""
    reports = [
        (report, outcome == "passed")
        for outcome in _OUTCOMES
        for report in terminalreporter.getreports(outcome)
        if isinstance(report, pytest.TestReport)  # what can't be collected is an error without properties
    ]
    said = [(name, value, passed) for report, passed in reports for name, value in report.user_properties]
    results: dict[str, dict[str, list[bool]]] = {}
    for kind, check, passed in [(*value, passed) for name, value, passed in said if name == "conformance"]:
        results.setdefault(kind, {}).setdefault(check, []).append(passed)
    if results:
        terminalreporter.section("conformance: passed/tried")
        terminalreporter.write_line("\n".join(_table(results)))
        terminalreporter.write_line("\n".join(f"not tried: {value}" for name, value, _ in said if name == "not tried"))


def _table(results: Mapping[str, Mapping[str, list[bool]]]) -> Iterator[str]:
    checks = list(dict.fromkeys(check for found in results.values() for check in found))
    width = max(map(len, results))
    yield " ".join([" " * width, *checks])
    for kind, found in sorted(results.items()):
        cells = [f"{sum(found.get(check, []))}/{len(found.get(check, []))}".rjust(len(check)) for check in checks]
        yield " ".join([kind.ljust(width), *cells])
