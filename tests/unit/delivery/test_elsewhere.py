"""A product in a repository of its own: imported, checked, keyed and packed like one that lies in `products`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from delivery.package import stage
from sixfold.contract import load_product, load_products
from sixfold.elsewhere import folders
from sixfold.errors import SixfoldError

ROOT = Path(__file__).parents[3]
PLATFORM = ("sixfold", "models", "serving", "delivery", "pulumi_sixfold", "infra", "monitoring")
SEEN = """
from pathlib import Path
from delivery.check import check
from models.hashing import product_key
from sixfold.contract import load_products
product = load_products(Path("products"))["theirs"]
print(check(product), len(product_key(product, "data", "features", "service")))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose `products` has nothing but the name of another folder, and that folder with `theirs` in it."""
    root, other = tmp_path / "project", tmp_path / "their-repository"
    shutil.copytree(ROOT / "products" / "daily_high", other / "theirs", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (other / "theirs").iterdir():
        path.write_text(path.read_text().replace("daily_high", "theirs").replace("daily-high", "theirs"))
    for name in PLATFORM:
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "products").mkdir()
    shutil.copy(ROOT / "products" / "__init__.py", root / "products")
    shutil.copy(ROOT / "requirements.lock", root)
    (root / "products" / "elsewhere.yaml").write_text("- ../../their-repository\n")
    return root


def test_its_folder_is_found_imported_and_checked(project: Path) -> None:
    assert _seen(project) == ("[] 64\n", "")


def test_what_it_requires_and_nobody_installed_is_a_fault_that_says_how(project: Path, tmp_path: Path) -> None:
    (tmp_path / "their-repository" / "theirs" / "requirements.txt").write_text("no-such-library==1.0 # why\n")
    said, errors = _seen(project)
    assert errors == ""
    assert "no-such-library is not installed" in said
    assert "make bootstrap" in said


def _seen(project: Path) -> tuple[str, str]:
    command, own = [sys.executable, "-c", SEEN], {"PYTHONPATH": str(project)}
    run = subprocess.run(command, check=False, cwd=project, env=own, capture_output=True, text=True)
    return run.stdout, run.stderr


def test_its_modules_are_packed_where_a_release_looks_for_them(project: Path, tmp_path: Path) -> None:
    candidate, source = tmp_path / "candidate", tmp_path / "source"
    candidate.mkdir()
    for name in ("model.onnx", "candidate.json"):
        (candidate / name).touch()
    (tmp_path / "their-repository" / "theirs" / "requirements.txt").write_text("packaging\n")
    stage(candidate, load_products(project / "products")["theirs"], project, source)
    packed = {path.name for path in (source / "products" / "theirs").iterdir()}
    assert packed == {"__init__.py", "data.py", "features.py", "service.py"}
    assert load_product(source / "product.yaml").name == "theirs"
    assert (source / "requirements.product.txt").read_text() == "packaging\n"
    assert folders(source / "products") == (source / "products",)


@pytest.mark.parametrize(
    ("written", "what"),
    [("- ../../nowhere\n", "there is no folder"), ("their-repository\n", "is no list"), ("- {}\n", "is no list")],
)
def test_a_wrong_list_says_what_to_write(project: Path, written: str, what: str) -> None:
    (project / "products" / "elsewhere.yaml").write_text(written)
    with pytest.raises(SixfoldError, match=what):
        load_products(project / "products")


def test_two_folders_may_not_declare_one_product(project: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "their-repository" / "theirs", project / "products" / "theirs")
    with pytest.raises(SixfoldError, match="another folder declares too"):
        load_products(project / "products")
