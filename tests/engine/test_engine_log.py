"""A real engine: a person sees its numbers, or why it stopped, and the file has all of its lines."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delivery import engine_log
from delivery.engine import Engine
from delivery.reporter import Silent
from sixfold.errors import SixfoldError


class Said(Silent):
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, text: str, *, passed: bool | None = None) -> None:  # noqa: ARG002 - the protocol's
        self.lines.append(text)

    def relay(self, text: str) -> None:
        self.lines.append(text)


def engine_of(project: Any, report: Said | None = None) -> Engine:
    return Engine(project.root, "test", Path(project.env["SIXFOLD_HOME"]), project.env, report)


def test_an_up_says_its_numbers_and_keeps_its_lines(pulumi_project: Callable[..., Any]) -> None:
    engine = engine_of(pulumi_project("import pulumi\npulumi.export('a', 1)\n"), said := Said())
    engine.up()
    assert said.lines[-1] == "1 created"
    assert "pulumi:pulumi:Stack" in engine_log.place(engine.home, "test").read_text()
    assert "pulumi:pulumi:Stack" in engine.preview()


def test_an_up_that_stops_shows_why_and_where_the_rest_is(pulumi_project: Callable[..., Any]) -> None:
    project = pulumi_project("raise ValueError('no such zone')\n")
    with pytest.raises(SixfoldError, match=r"(?s)exit code.*no such zone.*engine-test\.log"):
        engine_of(project).up()
    with pytest.raises(SixfoldError, match=r"engine-test\.log"):
        engine_of(project, said := Said()).up()
    assert any("no such zone" in line for line in said.lines)
