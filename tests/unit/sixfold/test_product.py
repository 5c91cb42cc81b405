import ast
import sys
from pathlib import Path

import pytest

import products
from sixfold.contract import Product, load_product
from sixfold.errors import SixfoldError
from sixfold.product import load_code

ROOT = Path(__file__).parents[3]
DOOR = ROOT / "sixfold" / "product.py"


@pytest.fixture
def product() -> Product:
    return load_product(ROOT / "products" / "flight_delays" / "product.yaml")


@pytest.fixture
def odd(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """A product whose only module defines nothing."""
    (tmp_path / "odd_one").mkdir()
    (tmp_path / "odd_one" / "data.py").write_text("")
    monkeypatch.setattr(products, "__path__", [str(tmp_path)])
    monkeypatch.setattr(sys, "modules", {n: m for n, m in sys.modules.items() if not n.startswith("products.odd_one")})
    return product.model_copy(update={"name": "odd-one"})


@pytest.mark.parametrize("module", ["data", "features", "service", "model", "stream"])
def test_the_reference_product_has_every_module(product: Product, module: str) -> None:
    assert getattr(load_code(product), module).__name__ == f"products.flight_delays.{module}"


def test_a_module_that_is_missing_is_named_with_what_to_write(odd: Product) -> None:
    with pytest.raises(SixfoldError) as caught:
        _ = load_code(odd).service
    assert "odd-one has no module `service`" in caught.value.what
    assert "write products/odd_one/service.py; it defines `Row`, `Prediction`, " in caught.value.remedy


def test_a_name_that_is_missing_is_named_with_where_to_define_it(odd: Product) -> None:
    with pytest.raises(SixfoldError) as caught:
        _ = load_code(odd).data
    assert "the module `data` of odd-one does not define `sources`" in caught.value.what
    assert "define `sources` in products/odd_one/data.py" in caught.value.remedy


def test_what_a_module_fails_to_import_is_not_taken_for_the_module(odd: Product, tmp_path: Path) -> None:
    (tmp_path / "odd_one" / "data.py").write_text("import nothing_like_this")
    with pytest.raises(ModuleNotFoundError, match="nothing_like_this"):
        _ = load_code(odd).data


def _sources() -> list[Path]:
    folders = [path.parent for path in ROOT.glob("*/*.py") if path.parent.name not in {"tests", ".venv"}]
    return sorted({file for folder in folders for file in folder.rglob("*.py")})


def test_modules_are_imported_by_name_in_one_file_alone() -> None:
    names = ("import_module", "__import__", "run_module", "load_module", "exec_module")
    doors = [path for path in _sources() if any(name in path.read_text() for name in names)]
    assert doors == [DOOR, ROOT / "tools/mutants/trial.py"]  # the second is part of the tests: imports what they import


def test_no_other_file_puts_the_name_of_a_product_module_together() -> None:
    parts = {
        path: [node.value for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.Constant)]
        for path in _sources()
    }
    named = [path for path, values in parts.items() if any(str(value).startswith("products.") for value in values)]
    assert named == [DOOR]
