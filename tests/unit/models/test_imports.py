from pathlib import Path

import pytest

from models.imports import closure


def _project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_imports_are_followed_at_the_top_in_functions_and_from_packages(tmp_path: Path) -> None:
    _project(tmp_path, a__b="import c\ndef f():\n    from d import e", c="import os", d__e="", other="")
    (tmp_path / "a" / "__init__.py").write_text("from . import g")
    (tmp_path / "a" / "g.py").write_text("from ..nothing import x")
    assert list(closure(tmp_path, ["a.b"])) == ["a", "a.b", "a.g", "c", "d.e"]


def test_imports_for_type_checkers_are_not_followed(tmp_path: Path) -> None:
    _project(
        tmp_path, a="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b\nelse:\n    import c", b="", c=""
    )
    assert list(closure(tmp_path, ["a"])) == ["a", "c"]


def test_a_circle_of_imports_comes_to_an_end(tmp_path: Path) -> None:
    _project(tmp_path, a="import b", b="import a")
    assert list(closure(tmp_path, ["b"])) == ["a", "b"]


def test_a_module_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"no module a\.b below"):
        closure(tmp_path, ["a.b"])
