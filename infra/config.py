"""The only reader of `pulumi.Config`."""

import os
from pathlib import Path
from typing import NamedTuple

import pulumi

from sixfold.contract import Product, load_products
from sixfold.stack import KEY, Settings, parse
from sixfold.wire import ENV_HOME


class Config(NamedTuple):
    """All that a stack is made from."""

    stack: str
    root: Path
    home: Path
    settings: Settings
    products: dict[str, Product]


def read() -> Config:
    """Read the stack's settings and the products' contracts.

    Raises:
        SixfoldError: a key is unknown or a value is wrong, in either.

    """
    root = Path(pulumi.get_root_directory())
    stack = pulumi.get_stack()
    settings = parse(pulumi.Config().require_object(KEY), f"Pulumi.{stack}.yaml")
    products = load_products(Path(__file__).parents[1] / "products")
    home = Path(os.environ.get(ENV_HOME) or root / ".sixfold").resolve()
    return Config(stack, root, home, settings, products)
