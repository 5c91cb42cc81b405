"""Two products in one lake and one feature store: here the second is a copy of the first under another name."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import products
from models import hashing, loading
from models.features import build as features
from models.features.online import OnlineReader
from models.steps import versions
from sixfold.contract import Product, load_product
from sixfold.outputs import PlatformRefs
from sixfold.product import Source, load_code

KNOWN = {"origin": "JFK", "carrier": "B6", "route": "JFK-LAX", "tailnum": "N523JB"}


@pytest.fixture
def second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Product:
    """A product whose sources, tables, views and entities have the names of those of flight-delays."""
    shutil.copytree(products.__path__[0], root := tmp_path / "products", ignore=shutil.ignore_patterns("__pycache__"))
    folder = (root / "flight_delays").rename(root / "flight_copies")
    for path in folder.iterdir():
        text = path.read_text().replace("flight_delays", "flight_copies").replace("flight-delays", "flight-copies")
        path.write_text(text)
    (root / "flight_delays").symlink_to(Path(products.__path__[0], "flight_delays"))
    monkeypatch.setattr(products, "__path__", [str(root)])
    monkeypatch.setattr(hashing, "_ROOT", tmp_path)
    return load_product(folder / "product.yaml")


def _seen(platform: PlatformRefs, product: Product) -> dict[str, Any]:
    """Return what another product could disturb: tables, online rows, and the record of their copy."""
    definitions = load_code(product).features
    tables = [*definitions.INPUTS, *(view.batch_source.name for view in definitions.VIEWS)]
    reader = OnlineReader(platform, product)
    return {
        "tables": versions(platform, product.package, tables),
        "online": reader.read([KNOWN]),
        "freshness": reader.freshness(),
    }


def test_loading_building_and_removing_one_product_changes_nothing_of_another(
    built: PlatformRefs, product: Product, second: Product, few: Callable[[int], tuple[Source, ...]]
) -> None:
    before = _seen(built, product)
    assert loading.load(built, second, few(200))
    assert features.build(built, second)
    assert _seen(built, product) == before
    assert OnlineReader(built, second).read([KNOWN]) != before["online"]
    features.teardown(built, second.package)
    assert _seen(built, product) == before
    assert not features.build(built, product)
