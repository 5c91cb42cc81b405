"""Responsibility table (RACI): who does what for data, model, service and platform, from the roles and the contracts.

R, responsible: the role's own work. A, accountable: the owner of the product, or of the platform. C, consulted: could
step in, or reviews the code. I, informed: can watch it on the cluster, or consumes the service.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.roles import Role
from sixfold.work import OF_THE_PLATFORM, WORK, Task, Work

OWNER, CONSUMERS = "owner of the product", "its consumers"
_TOLD: frozenset[Task] = frozenset({"versions", "consumers", "traffic"})
"""The work that consumers notice: a plan that ends a version and a release that breaks a field name them."""


class Line(NamedTuple):
    """One piece of work, and by role its letter, empty where the role has no part in it."""

    task: Task
    work: Work
    parts: Mapping[str, str]


def table(roles: Mapping[str, Role]) -> list[Line]:
    """Return a line for each piece of work, in the order of data, model, service, platform.

    Raises:
        SixfoldError: no role does a piece of work, or no role is accountable for the platform.

    """
    undone = sorted(WORK.keys() - {task for role in roles.values() for task in role.does})
    if undone:
        raise SixfoldError(
            f"no role does {', '.join(undone)}", remedy="give each of them to a role: `does` in stacks/roles.yaml"
        )
    if not any("*" in role.reviews for role in roles.values()):
        raise SixfoldError(
            "no role reviews what nobody else does", remedy='give one "*": `reviews` in stacks/roles.yaml'
        )
    return [Line(task, work, _parts(task, work, roles)) for task, work in WORK.items()]


def markdown(roles: Mapping[str, Role], products: Iterable[Product]) -> list[str]:
    """Return the table and the people of each product as Markdown."""
    lines = table(roles)
    heads = ["work", *lines[0].parts]
    rows = [[f"**{line.work.domain}**: {line.work.text}", *line.parts.values()] for line in lines]
    people = [[each.name, each.owner, each.on_call, ", ".join(_consumer(each))] for each in products]
    return [
        *_table(heads, rows),
        "",
        "## Products",
        "",
        *_table(["product", "owner", "on call", "consumers"], people),
    ]


def _parts(task: Task, work: Work, roles: Mapping[str, Role]) -> dict[str, str]:
    parts = {name: _part(task, work, role) for name, role in roles.items()}
    owned = work.domain not in OF_THE_PLATFORM
    return {**parts, OWNER: "A" if owned else "", CONSUMERS: "I" if task in _TOLD else ""}


def _part(task: Task, work: Work, role: Role) -> str:
    accountable = work.domain in OF_THE_PLATFORM and "*" in role.reviews
    if task in role.does:
        return "A, R" if accountable else "R"
    if accountable:
        return "A"
    if work.may(role) or work.path in role.reviews:
        return "C"
    return "I" if work.area in role.cluster else ""


def _consumer(product: Product) -> list[str]:
    return [f"{each.name} ({each.contact})" if each.contact else each.name for each in product.consumers]


def _table(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    cells = [heads, ["---"] * len(heads), *rows]
    return [f"| {' | '.join(row)} |" for row in cells]
