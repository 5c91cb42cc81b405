"""Folders of products outside of this project, so that a team keeps its product in a repository of its own.

`products/elsewhere.yaml` lists them, each a path relative to that file. The folder of a product is below one of them,
with the name of its package, as it would be below `products` itself.
"""

from pathlib import Path

import yaml

from sixfold.errors import SixfoldError

FILE = "elsewhere.yaml"
REQUIREMENTS = "requirements.txt"
"""What a product needs beside our lock, in its folder; optional. `make bootstrap` installs it, a release packs it."""


def folders(products: Path) -> tuple[Path, ...]:
    """Return `products` and the folders that its `elsewhere.yaml` lists, in the order in which they are looked at.

    Raises:
        SixfoldError: the file is no list of paths, or one of them is no folder.

    """
    settings = products / FILE
    if not settings.is_file():
        return (products,)
    listed = yaml.safe_load(settings.read_text()) or []
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise SixfoldError(f"{settings} is no list of folders", remedy="write `- <folder>` for each")
    found = [(products.resolve() / each).resolve() for each in listed]
    for folder, written in zip(found, listed, strict=True):
        if not folder.is_dir():
            raise SixfoldError(
                f"{settings} names {written}, and there is no folder {folder}",
                remedy="check out that repository there, or correct the path, which is relative to the file",
            )
    return (products, *found)


def folder_of(package: str, products: Path) -> Path:
    """Return the folder of the product with that package, below `products` or elsewhere.

    Raises:
        SixfoldError: none has its contract.

    """
    for folder in folders(products):
        if (folder / package / "product.yaml").is_file():
            return folder / package
    raise SixfoldError(
        f"there is no product in a folder {package}", remedy=f"write {products / package / 'product.yaml'}"
    )
