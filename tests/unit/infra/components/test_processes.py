"""The digest of the code that a process runs."""

from pathlib import Path

import pytest

from infra.components.processes import code_digest


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A package with a module, and one beside it."""
    for name in ("serving/deep", "models"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "module.py").write_text("x = 1\n")
    return tmp_path


def test_a_changed_module_changes_the_digest_wherever_it_is_in_the_package(root: Path) -> None:
    before = code_digest(root, ["serving"])
    (root / "serving" / "deep" / "module.py").write_text("x = 2\n")
    assert code_digest(root, ["serving"]) != before


def test_a_renamed_module_changes_the_code_digest(root: Path) -> None:
    before = code_digest(root, ["serving"])
    (root / "serving" / "deep" / "module.py").rename(root / "serving" / "module.py")
    assert code_digest(root, ["serving"]) != before


def test_a_changed_template_changes_the_digest(root: Path) -> None:
    (root / "serving" / "page.html").write_text("<p>")
    before = code_digest(root, ["serving"])
    (root / "serving" / "page.html").write_text("<b>")
    assert code_digest(root, ["serving"]) != before


def test_other_packages_and_other_files_change_nothing(root: Path) -> None:
    before = code_digest(root, ["serving"])
    (root / "models" / "module.py").write_text("x = 2\n")
    (root / "serving" / "module.pyc").write_bytes(b"compiled")
    assert code_digest(root, ["serving"]) == before
