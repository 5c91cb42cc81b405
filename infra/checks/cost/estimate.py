"""Cost of a stack a month at rest. Pure: from resources and the table to lines."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from infra.checks.cost.rates import CHARGES
from infra.checks.cost.table import Region, Table
from pulumi_sixfold.kit.charge import Charge

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
    if kind not in CHARGES:
        return
    region, label = table.region(resource.region), f"{kind.rsplit(':', 1)[-1]} {name}"
    costs = [(charge, _usd(charge, table, region)) for charge in CHARGES[kind](resource.props)]
    if unpriced := [charge.of for charge, usd in costs if usd is None]:
        # The other parts would look like the whole cost.
        yield Line(component(resource.urn), label, f"no price of {', '.join(unpriced)}", None)
        return
    yield from (Line(component(resource.urn), label, charge.what, usd) for charge, usd in costs if usd)


def _usd(charge: Charge, table: Table, region: Region) -> float | None:
    """Return US dollars a month; None where the table has no such machine."""
    rate: Any = {**dict(table.everywhere), **dict(region)}[charge.rate]
    if charge.of:
        rate = rate.get(charge.of)
    hours = table.hours_per_month if charge.rate.endswith("_hour") else 1
    return None if rate is None else rate * charge.quantity * hours
