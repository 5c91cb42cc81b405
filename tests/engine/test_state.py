"""The file backend, as this project's commands set it up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_state_has_no_sidecar_that_a_kill_could_cut_short(pulumi_project: Callable[..., Any]) -> None:
    """`metadata=skip` in the backend's address; without it the engine writes `<stack>.json.attrs` in two steps."""
    state = Path(pulumi_project("").env["PULUMI_BACKEND_URL"].removeprefix("file://").partition("?")[0])
    written = {path.suffix for path in state.rglob("*") if path.is_file()}
    assert ".json" in written
    assert ".attrs" not in written
