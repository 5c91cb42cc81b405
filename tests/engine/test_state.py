"""The file backend, as this project's commands set it up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from delivery.engine import Engine
from sixfold.errors import SixfoldError


def test_the_state_has_no_sidecar_that_a_kill_could_cut_short(pulumi_project: Callable[..., Any]) -> None:
    """`metadata=skip` in the backend's address; without it the engine writes `<stack>.json.attrs` in two steps."""
    state = Path(pulumi_project("").env["PULUMI_BACKEND_URL"].removeprefix("file://").partition("?")[0])
    written = {path.suffix for path in state.rglob("*") if path.is_file()}
    assert ".json" in written
    assert ".attrs" not in written


def test_a_stack_that_is_not_there_is_named_with_its_state(pulumi_project: Callable[..., Any]) -> None:
    project = pulumi_project("")
    with pytest.raises(
        SixfoldError, match=r"there is no stack 'staging' in file://.*state.*\n.*pulumi stack init staging"
    ):
        Engine(project.root, "staging", Path(project.env["SIXFOLD_HOME"]), project.env).recover()
