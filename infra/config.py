"""The only reader of `pulumi.Config`."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pulumi

from infra.plans.backend import require_safe_state
from infra.plans.retirement import ending, objections, pinned, require_may_end
from sixfold.contract import Product, load_products
from sixfold.registry.entries import Entry, copied, require_open, withdrawn
from sixfold.roles import Role, read_roles
from sixfold.stack import KEY, Settings, parse, require_name, selected
from sixfold.use import Figures, known, place
from sixfold.wire import ENV_HOME, ENV_RETIRE

_SOURCE = Path(__file__).parents[1]
_ROLES = _SOURCE / "stacks" / "roles.yaml"
FRESH = timedelta(hours=1)
"""Figures of the use of a product count for so long, when an API version ends."""


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
        SixfoldError: a key is unknown or a value is wrong, in either; no stack can have its name; a release is pinned
            that was withdrawn; or the state would be readable.

    """
    root = Path(pulumi.get_root_directory())
    stack = pulumi.get_stack()
    require_name(stack)
    settings = parse(pulumi.Config().require_object(KEY), f"Pulumi.{stack}.yaml")
    require_safe_state(settings, os.environ, root / "stacks" / f"Pulumi.{stack}.yaml")
    products = products_of(stack, settings)
    home = Path(os.environ.get(ENV_HOME) or root / ".sixfold").resolve()
    now = datetime.now(UTC)
    for name, product in products.items():
        releases = {pin.release for served in settings.products[name].values() for pin in served.releases}
        entries = copied(home, stack, name)
        require_open(name, releases, withdrawn(entries))
        require_versions_may_end(product, settings, entries, known(place(home, stack, name), now - FRESH), now.date())
    return Config(stack, root, home, settings, products, roles_of(settings), now.date())


def require_versions_may_end(
    product: Product, settings: Settings, entries: Sequence[Entry], figures: Figures | None, today: date
) -> None:
    """Do nothing where each API version that this change ends may end.

    Raises:
        SixfoldError: one may not; the message says who would be hurt, or what is not known.

    """
    forced = os.environ.get(ENV_RETIRE, "").split(",")
    for version in ending(product, entries, pinned(settings, product.name), today):
        require_may_end(
            product,
            version,
            list(objections(product, version, entries, figures, today)),
            forced=f"{product.name}/{version}" in forced,
            protected=settings.deletion_protection,
        )


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
