"""The estimate as text, made for `diff`: one fact a line, in a fixed order, in columns that do not move."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from infra.checks.cost.estimate import Line, total
from infra.checks.cost.table import Table


def report(stack: str, region: str, lines: Sequence[Line], table: Table, budget_usd: float | None) -> str:
    """Return the lines by component, their sums, and the budget."""
    return "\n".join(_rows(stack, region, lines, table, budget_usd)) + "\n"


def document(
    stack: str, region: str, lines: Sequence[Line], table: Table, budget_usd: float | None
) -> dict[str, object]:
    """Return the same as values for JSON: US dollars a month; `usd` of a line is None where the price is not known."""
    return {
        "stack": stack,
        "region": region,
        "prices_of": table.as_of.isoformat(),
        "usd_a_month": round(total(lines), 2),
        "budget_usd": budget_usd,
        "lines": [line._asdict() for line in lines],
    }


def _rows(stack: str, region: str, lines: Sequence[Line], table: Table, budget_usd: float | None) -> Iterator[str]:
    yield f"{stack}: USD a month at rest (no requests, no data) in {region}, at the list prices of {table.as_of}"
    for name, part in groupby(lines, lambda line: line.component):
        inside = list(part)
        yield _row(total(inside), name)
        for line in inside:
            yield _row(line.usd, f"  {line.resource}{f': {line.what}' if line.what else ''}")
    yield _row(total(lines), "in all")
    yield f"{'none':>10}  budget" if budget_usd is None else _row(budget_usd, "budget")


def _row(usd: float | None, text: str) -> str:
    return f"{'?' if usd is None else f'{usd:.2f}':>10}  {text}"
