"""CODEOWNERS: reviewers by path, as GitHub reads it (https://docs.github.com/articles/about-code-owners)."""

from collections.abc import Iterable, Mapping

from sixfold.contract import Product
from sixfold.roles import Role

PRODUCTS = "/products/"
_HEAD = "# Who reviews what: `make owners` writes this from stacks/roles.yaml and the owners in each product.yaml.\n"


def codeowners(roles: Mapping[str, Role], products: Iterable[Product], organisation: str) -> str:
    """Return the file: a line for each path, of which GitHub takes the last that matches, and so the narrowest.

    Args:
        roles: by name, each a team of the organisation.
        products: the contracts; the owner of each, a team too, reviews its folder.
        organisation: the GitHub organisation that the teams are in.

    """
    lines = [(path, role) for role, does in roles.items() for path in does.reviews]
    lines += [(f"{PRODUCTS}{product.package}/", product.owner) for product in products]
    width = max((len(path) for path, _ in lines), default=0)
    return _HEAD + "".join(f"{path:{width}} @{organisation}/{team}\n" for path, team in sorted(lines))
