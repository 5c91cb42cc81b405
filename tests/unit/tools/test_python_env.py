"""Where the environment's tools come from."""

import asyncio
from pathlib import Path

import pytest

from tools.python_env import digest, find_uv, of_products


def test_uv_is_never_the_one_of_the_environment_that_it_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, outside = tmp_path / "venv" / "bin", tmp_path / "bin"
    for folder in (inside, outside):
        folder.mkdir(parents=True)
        (folder / "uv").write_text("#!/bin/sh\necho uv 9.9.9\n")
        (folder / "uv").chmod(0o755)
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    monkeypatch.setenv("PATH", f"{inside}:{outside}:/usr/bin:/bin")
    assert asyncio.run(find_uv()) == outside / "uv"


def test_what_products_require_changes_the_environment_wherever_they_lie(tmp_path: Path) -> None:
    for folder in ("project/products/ours", "repository/theirs"):
        (tmp_path / folder).mkdir(parents=True)
    project, required = tmp_path / "project", tmp_path / "repository" / "theirs" / "requirements.txt"
    for name in ("requirements.lock", "pyproject.toml"):
        (project / name).touch()
    (project / "products" / "elsewhere.yaml").write_text("# of other teams\n- ../../repository\n")
    before = digest(project)
    required.write_text("a-library==1.0\n")
    assert [path.resolve() for path in of_products(project)] == [required]
    assert digest(project) != before
