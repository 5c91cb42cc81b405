"""The only reader of `pulumi.Config`."""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import pulumi

from sixfold.contract import Product, load_products
from sixfold.registry.entries import copied, require_open, withdrawn
from sixfold.roles import Role, read_roles
from sixfold.stack import KEY, Settings, parse, selected
from sixfold.wire import ENV_HOME

_SOURCE = Path(__file__).parents[1]
_ROLES = _SOURCE / "stacks" / "roles.yaml"


class Config(NamedTuple):
    """Everything that a stack is made from; `today` decides which API versions are deprecated or retired."""

    stack: str
    root: Path
    home: Path
    settings: Settings
    products: dict[str, Product]
    roles: Mapping[str, Role]
    today: date


def read() -> Config:
    """Read the stack's settings, the products' contracts, the people's roles and the clock.

    Raises:
        SixfoldError: a key is unknown or a value is wrong, in either; or a release is pinned that was withdrawn.

    """
    root = Path(pulumi.get_root_directory())
    stack = pulumi.get_stack()
    settings = parse(pulumi.Config().require_object(KEY), f"Pulumi.{stack}.yaml")
    products = products_of(stack, settings)
    home = Path(os.environ.get(ENV_HOME) or root / ".sixfold").resolve()
    for name, versions in settings.products.items():
        pinned = {pin.release for served in versions.values() for pin in served.releases}
        require_open(name, pinned, withdrawn(copied(home, stack, name)))
    return Config(stack, root, home, settings, products, roles_of(settings), datetime.now(UTC).date())


def products_of(stack: str, settings: Settings) -> dict[str, Product]:
    """Return the contracts of the products that a stack names.

    Raises:
        SixfoldError: a contract is not valid, or the stack names a product without one.

    """
    return selected(settings, load_products(_SOURCE / "products"), f"Pulumi.{stack}.yaml")


def roles_of(settings: Settings) -> Mapping[str, Role]:
    """Return the roles of people for a stack on a cluster; none for one machine, which needs no file of roles.

    Raises:
        SixfoldError: the file of roles is not valid.

    """
    return read_roles(_ROLES) if settings.cluster else {}
