"""The contracts of the products that the jobs of monitoring watch: those of the stack, as their files are now."""

import os
from collections.abc import Mapping
from pathlib import Path

from sixfold.contract import Product, load_products
from sixfold.wire import ENV_PRODUCTS

PRODUCTS = Path(__file__).parents[1] / "products"


def of_the_stack(environment: Mapping[str, str] = os.environ, root: Path = PRODUCTS) -> dict[str, Product]:
    """Return the contracts by name: those that SIXFOLD_PRODUCTS names, all where it is not set.

    Raises:
        SixfoldError: one is not valid, as while somebody saves it.

    """
    names, known = environment.get(ENV_PRODUCTS), load_products(root)
    return known if names is None else {name: known[name] for name in names.split(",") if name in known}
