"""Where the environment's tools come from."""

import asyncio
from pathlib import Path

import pytest

from tools.python_env import find_uv


def test_uv_is_never_the_one_of_the_environment_that_it_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = tmp_path / "venv" / "bin", tmp_path / "bin"
    for folder in (inside, outside):
        folder.mkdir(parents=True)
        (folder / "uv").write_text("#!/bin/sh\necho uv 9.9.9\n")
        (folder / "uv").chmod(0o755)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    monkeypatch.setenv("PATH", f"{inside}:{outside}:/usr/bin:/bin")
    assert asyncio.run(find_uv()) == outside / "uv"
