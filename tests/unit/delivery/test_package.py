import os
import shutil
import tarfile
from pathlib import Path

import pytest

from delivery.package import ROOT, build
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.registry.archive import tree_digest, unpack


@pytest.fixture(scope="module")
def product() -> Product:
    return load_product(ROOT / "products" / "flight_delays" / "product.yaml")


def test_the_same_candidate_gives_the_same_bytes_on_another_day(
    candidate: Path, product: Product, tmp_path: Path
) -> None:
    archive, digest = build(candidate, product)
    first = archive.read_bytes()
    os.utime(candidate / "model.onnx", (0, 0))
    again, same = build(candidate, product)
    assert (again.read_bytes(), same) == (first, digest)
    unpack(archive, tmp_path / "bento")
    assert tree_digest(tmp_path / "bento") == digest


def test_another_model_is_another_release(candidate: Path, product: Product) -> None:
    _, digest = build(candidate, product)
    (candidate / "model.onnx").write_bytes(b"another")
    assert build(candidate, product)[1] != digest


def test_a_bento_has_all_that_serves_it_and_no_bytecode(candidate: Path, product: Product) -> None:
    with tarfile.open(build(candidate, product)[0]) as tar:
        names = set(tar.getnames())
    needed = (
        "model.onnx",
        "product.yaml",
        "requirements.lock",
        "serving/app.py",
        "models/features/online.py",
        "sixfold/errors.py",
    )
    assert {f"src/{name}" for name in needed} <= names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".pyc")]


def test_no_path_of_this_machine_is_in_it(candidate: Path, product: Product, tmp_path: Path) -> None:
    content = build(candidate, product)[0].read_bytes()
    assert str(ROOT).encode() not in content
    assert str(tmp_path).encode() not in content


def test_a_candidate_without_its_model_is_refused(candidate: Path, product: Product) -> None:
    (candidate / "model.onnx").unlink()
    with pytest.raises(SixfoldError, match=r"has no model\.onnx"):
        build(candidate, product)


def test_code_that_does_not_import_is_not_packaged(candidate: Path, product: Product, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns(".*", "__pycache__")
    for name in ("sixfold", "serving", "models", "products"):
        shutil.copytree(ROOT / name, tmp_path / "root" / name, ignore=ignore)
    shutil.copy(ROOT / "requirements.lock", tmp_path / "root")
    (tmp_path / "root" / "models" / "features" / "online.py").write_text("import nothing_like_this")
    with pytest.raises(SixfoldError, match="nothing_like_this"):
        build(candidate, product, tmp_path / "root")
