import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from delivery.interface import interface_of
from delivery.interface import read as read_interface
from delivery.package import ROOT, build, modules, stage
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.product import load_code
from sixfold.registry.archive import tree_digest, unpack

FOLDERS = ("sixfold", "models", "serving", "products", "monitoring", "delivery", "infra", "bench", "tools")
WATCHES_REPORTS_AND_COMMANDS = (
    "monitoring.inbox",
    "monitoring.exporter",
    "monitoring.log_maintenance",
    "monitoring.evaluation.__main__",
    "models.gate.plots",
    "models.gate.report",
    "models.training.train",
    "products.flight_delays.model",
    "delivery.codeowners",
    "delivery.commands",
    "serving.run",
)


@pytest.fixture(scope="module")
def product() -> Product:
    return load_product(ROOT / "products" / "flight_delays" / "product.yaml")


@pytest.fixture
def candidate(tmp_path: Path) -> Path:
    """A candidate, as far as packaging looks at one."""
    folder = tmp_path / "candidate"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"a model")
    (folder / "candidate.json").write_text('{"features": []}')
    return folder


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project."""
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / "clone" / name, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    shutil.copy(ROOT / "requirements.lock", tmp_path / "clone")
    return tmp_path / "clone"


@pytest.fixture
def staged(candidate: Path, product: Product, clone: Path, tmp_path: Path) -> Callable[[], str]:
    """A function that gives the digest of what would be packed of the clone now."""

    def digest() -> str:
        shutil.rmtree(tmp_path / "staged", ignore_errors=True)
        stage(candidate, product, clone, tmp_path / "staged")
        return tree_digest(tmp_path / "staged")

    return digest


def test_the_same_candidate_gives_the_same_bytes_on_another_day_and_no_path_of_this_machine(
    candidate: Path, product: Product, tmp_path: Path
) -> None:
    archive, digest = build(candidate, product)
    first = archive.read_bytes()
    os.utime(candidate / "model.onnx", (0, 0))
    again, same = build(candidate, product)
    assert (again.read_bytes(), same) == (first, digest)
    unpack(archive, tmp_path / "bento", digest)
    assert tree_digest(tmp_path / "bento") == digest
    assert read_interface(tmp_path / "bento" / "src") == interface_of(load_code(product).service)
    assert str(ROOT).encode() not in first
    assert str(tmp_path).encode() not in first


def test_another_model_is_another_release(candidate: Path, staged: Callable[[], str]) -> None:
    before = staged()
    (candidate / "model.onnx").write_bytes(b"another")
    assert staged() != before


def test_a_bento_has_all_that_runs_in_it_and_no_bytecode(candidate: Path, product: Product) -> None:
    with tarfile.open(build(candidate, product)[0]) as tar:
        names = set(tar.getnames())
    code = {f"src/{path.relative_to(ROOT)}" for path in modules(product).values()}
    pages = {name for name in names if name.endswith(".html") and name.startswith("src/")}
    rest = {
        f"src/{name}" for name in ("model.onnx", "candidate.json", "product.yaml", "requirements.lock", "sbom.cdx.json")
    }
    assert code | rest <= names
    assert {name for name in names if name.endswith((".py", ".pyc"))} == code
    assert pages == {"src/serving/docs.html"}


def test_a_change_of_any_file_that_a_release_does_not_run_changes_no_digest(
    product: Product, clone: Path, staged: Callable[[], str]
) -> None:
    before, packed = staged(), set(modules(product, clone).values())
    packed |= {clone / "products/flight_delays/product.yaml", clone / "serving/docs.html"}
    others = [path for name in FOLDERS for path in (clone / name).rglob("*") if path.is_file() and path not in packed]
    for path in others:
        path.write_bytes(path.read_bytes() + b"\n# changed\n")
    assert len(others) > len(packed)
    assert staged() == before


@pytest.mark.parametrize("module", WATCHES_REPORTS_AND_COMMANDS)
def test_a_release_runs_no_job_that_watches_no_report_and_no_command(module: str, product: Product) -> None:
    assert module not in modules(product)


def test_a_change_of_any_module_that_a_release_runs_is_packed(
    product: Product, clone: Path, staged: Callable[[], str], tmp_path: Path
) -> None:
    for path in modules(product, clone).values():
        path.write_bytes(path.read_bytes() + b"\n# changed\n")
    staged()
    packed = list((tmp_path / "staged").rglob("*.py"))
    assert len(packed) == len(modules(product))
    assert all(path.read_text().endswith("# changed\n") for path in packed)


def test_serving_is_what_a_release_runs_and_the_command_that_starts_it(product: Product) -> None:
    files = {f"serving.{path.stem}" for path in (ROOT / "serving").rglob("*.py")} - {"serving.__init__"}
    assert files - modules(product).keys() == {"serving.run"}


def test_a_candidate_without_its_model_is_refused(candidate: Path, product: Product) -> None:
    (candidate / "model.onnx").unlink()
    with pytest.raises(SixfoldError, match=r"has no model\.onnx"):
        build(candidate, product)


def test_code_that_does_not_import_is_not_packaged(candidate: Path, product: Product, clone: Path) -> None:
    (clone / "models" / "features" / "online.py").write_text("import nothing_like_this")
    with pytest.raises(SixfoldError, match="nothing_like_this"):
        build(candidate, product, clone)
