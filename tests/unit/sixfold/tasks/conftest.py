from pathlib import Path

import pytest

from sixfold.contract import Product, load_product


@pytest.fixture
def contract() -> Product:
    return load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")
