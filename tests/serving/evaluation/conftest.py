from pathlib import Path

import pytest

from sixfold.contract import Product, load_product


@pytest.fixture
def product() -> Product:
    return load_product(Path(__file__).parents[3] / "models/products/flight_delays/product.yaml")
