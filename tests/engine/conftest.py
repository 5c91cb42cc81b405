"""Temporary Pulumi projects, run by the real engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests._projects import Project, find_engine, projects


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
