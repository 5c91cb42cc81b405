"""Where a command works: the project's folder, its home on this machine, and one stack."""

import os
from functools import cached_property
from pathlib import Path

from delivery.engine import Engine
from sixfold.contract import Product, load_products
from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, StackOutputs
from sixfold.registry.ledger import Ledger
from sixfold.registry.releases import Registry

QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "FEAST_USAGE": "False", "BENTOML_DO_NOT_TRACK": "True"}


class Workspace:
    """Finds the project from the current folder upwards.

    Raises:
        SixfoldError: no folder on the way up holds a Pulumi.yaml.

    """

    def __init__(self, stack: str) -> None:
        here = Path.cwd()
        root = next((folder for folder in (here, *here.parents) if (folder / "Pulumi.yaml").exists()), None)
        if root is None:
            raise SixfoldError(f"{here} is not inside a Sixfold project", remedy="cd to the folder with Pulumi.yaml")
        self.root = root
        self.home = Path(os.environ.setdefault("SIXFOLD_HOME", str(root / ".sixfold")))
        self.stack_file = root / "stacks" / f"Pulumi.{stack}.yaml"
        self.engine = Engine(root, stack)
        os.environ.update(QUIET)

    @cached_property
    def environment(self) -> StackOutputs:
        """The stack's output. Where AWS is a stand-in, its public test credentials are set for this process."""
        environment = self.engine.environment()
        if environment.platform.aws_endpoint:
            os.environ.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test")  # noqa: S106 - the stand-in's
        return environment

    @property
    def platform(self) -> PlatformRefs:
        """What jobs need to reach the stack."""
        return self.environment.platform

    @property
    def registry(self) -> Registry:
        """The stack's releases."""
        return Registry(self.platform, self.home)

    @property
    def ledger(self) -> Ledger:
        """What was live when in the stack."""
        return Ledger(self.platform, self.home)

    def product(self, name: str) -> Product:
        """Return a product's contract.

        Raises:
            SixfoldError: there is no such product.

        """
        products = load_products(Path(__file__).parents[1] / "products")
        if name not in products:
            raise SixfoldError(f"there is no product {name!r}", remedy=f"name one of these: {', '.join(products)}")
        return products[name]

    def forget(self) -> None:
        """Forget what was read of the stack: it has changed."""
        self.__dict__.pop("environment", None)
