"""Cost of a stack a month at rest. Pure: from resources and the table to lines."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from infra.checks.cost.rates import PRICED
from infra.checks.cost.table import Table

_COMPONENT = "sixfold:components:"
ELSEWHERE = "-"


class Resource(NamedTuple):
    """A resource on real AWS: its URN, its properties, and the region of its provider."""

    urn: str
    props: Mapping[str, Any]
    region: str


class Line(NamedTuple):
    """One part of the cost. `usd` is None where the table has no price."""

    component: str
    resource: str
    what: str
    usd: float | None


def estimate(resources: Iterable[Resource], table: Table) -> list[Line]:
    """Return a line for each thing that costs by the hour or the month, in an order that does not change.

    Raises:
        SixfoldError: the table has no prices for a region in which something costs.

    """
    return sorted((line for resource in resources for line in _lines(resource, table)), key=lambda line: line[:3])


def total(lines: Iterable[Line]) -> float:
    """Return US dollars a month, as far as they are known."""
    return sum(line.usd or 0 for line in lines)


def component(urn: str) -> str:
    """Return the component that a resource is part of, such as `DataLake`; `-` where it has none."""
    parents = urn.split("::")[2].split("$")
    return next((each.removeprefix(_COMPONENT) for each in reversed(parents) if _COMPONENT in each), ELSEWHERE)


def _lines(resource: Resource, table: Table) -> Iterator[Line]:
    kind, name = resource.urn.split("::")[2].rsplit("$", 1)[-1], resource.urn.rsplit("::", 1)[-1]
    if kind not in PRICED:
        return
    label = f"{kind.rsplit(':', 1)[-1]} {name}"
    for cost in PRICED[kind](resource.props, table, table.region(resource.region)):
        if cost.usd != 0:
            yield Line(component(resource.urn), label, cost.what, cost.usd)
