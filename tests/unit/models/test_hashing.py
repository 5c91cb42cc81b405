from pathlib import Path

import pytest

from models import hashing
from sixfold.contract import Product, load_product

PRODUCTS = Path(__file__).parents[3] / "products"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Libraries whose versions went into a key."""
    seen: list[tuple[str, ...]] = []
    monkeypatch.setattr(hashing, "library_key", lambda *names: seen.append(names) or "")
    return seen


@pytest.mark.parametrize(
    ("package", "libraries"),
    [("flight_delays", ("lightgbm", "onnxmltools")), ("daily_high", ("scikit-learn", "skl2onnx"))],
)
def test_a_model_depends_on_the_libraries_of_its_own_framework(
    package: str, libraries: tuple[str, ...], asked: list[tuple[str, ...]]
) -> None:
    hashing.framework_key(load_product(PRODUCTS / package / "product.yaml"))
    assert asked == [libraries]


def test_a_model_depends_on_the_source_of_its_framework(monkeypatch: pytest.MonkeyPatch, product: Product) -> None:
    before = hashing.framework_key(product)
    monkeypatch.setattr(hashing, "file_key", lambda path: path.name)
    assert hashing.framework_key(product) != before
