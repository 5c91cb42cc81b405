"""A project may lie in any folder that the file system takes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pulumi_sixfold.local.process import ProcessArgs, ProcessHandler


@pytest.mark.parametrize("name", ["a b", "größe", "50%off", "50%25", "a%(x)s", "a;b", "a'b", 'a"b$(c)', "a\\b"])
def test_a_process_runs_wherever_its_home_lies(
    handler: ProcessHandler,
    server: Callable[..., ProcessArgs],
    ask: Callable[[ProcessArgs], Any],
    tmp_path: Path,
    name: str,
) -> None:
    (tmp_path / name).mkdir()
    args = server(home=str(tmp_path / name / "home"))
    made = handler.create("urn:t", args)
    try:
        handler.update("urn:t", made, args)
        assert ask(args)
    finally:
        handler.delete(made, args)
    assert list((tmp_path / name / "home").rglob("server-1.log"))
