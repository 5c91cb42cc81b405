"""An empty cache, and commands that say what a test wants."""

from collections.abc import Callable
from pathlib import Path

import pytest

_TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture
def tools() -> Path:
    return _TOOLS


@pytest.fixture
def cache_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty per-user cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "sixfold"


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str, str], Path]:
    """A function `(name, shell text) -> path` that makes a command in a folder `commands`."""

    def make(name: str, text: str) -> Path:
        file = tmp_path / "commands" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return file

    return make
