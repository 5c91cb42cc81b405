"""A project on this machine: its folder, its home, its stack files and its products. Paths and contracts, no engine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sixfold.contract import Product, load_products
from sixfold.errors import SixfoldError
from sixfold.wire import ENV_HOME

PRODUCTS = Path(__file__).resolve().parents[1] / "products"


@dataclass(frozen=True)
class Project:
    """The folder with Pulumi.yaml, and `home`, where state, candidates and copies of releases lie."""

    root: Path
    home: Path

    @classmethod
    def find(cls, folder: Path, env: Mapping[str, str]) -> "Project":
        """Return the project that a folder is in. `SIXFOLD_HOME` names another home than `.sixfold` in it.

        Raises:
            SixfoldError: no folder on the way up holds a Pulumi.yaml.

        """
        root = next((each for each in (folder, *folder.parents) if (each / "Pulumi.yaml").exists()), None)
        if root is None:
            raise SixfoldError(f"{folder} is not inside a Sixfold project", remedy="cd to the folder with Pulumi.yaml")
        return cls(root, Path(env.get(ENV_HOME) or root / ".sixfold").resolve())

    def stack_file(self, stack: str) -> Path:
        """Return the path of a stack file."""
        return self.root / "stacks" / f"Pulumi.{stack}.yaml"

    def products(self) -> dict[str, Product]:
        """Return the contracts of all products, by name."""
        return load_products(PRODUCTS)

    def product(self, name: str, version: str | None = None) -> Product:
        """Return a product's contract, which has the API version if one is named.

        Raises:
            SixfoldError: there is no such product, or it has no such version.

        """
        products = self.products()
        if name not in products:
            raise SixfoldError(f"there is no product {name!r}", remedy=f"name one of these: {', '.join(products)}")
        product = products[name]
        if version is not None and version not in product.api_versions:
            known = ", ".join(product.api_versions)
            raise SixfoldError(f"{name} has no API version {version!r}", remedy=f"name one of these: {known}")
        return product

    def candidate(self, product: str) -> Path:
        """Return the folder in which training leaves a product's candidate."""
        return self.home / "candidates" / product
