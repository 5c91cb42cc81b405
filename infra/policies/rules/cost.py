"""Budget of a stack. Prices and the meaning of "at rest" are those of `make cost`."""

from collections.abc import Iterable, Sequence

from infra.checks.cost.estimate import Resource, estimate, total
from infra.checks.cost.table import PAGE, prices
from infra.policies.rule import Source, StackRule


def over_budget(resources: Sequence[Resource], budget_usd: float | None) -> Iterable[str]:
    """Find that the stack costs more than its budget, or that a price is unknown. Without a budget nothing is found.

    Raises:
        SixfoldError: the table has no prices for a region in which something costs.

    """
    if budget_usd is None:
        return
    lines = estimate(resources, prices())
    for line in lines:
        if line.usd is None:
            yield f"the budget cannot be held: {line.resource}: {line.what} in infra/checks/cost/{PAGE.name}"
    if total(lines) > budget_usd:
        largest = max(lines, key=lambda line: line.usd or 0)
        yield (
            f"the stack costs {total(lines):.2f} USD a month at rest, and budget_usd is {budget_usd:.2f}; "
            f"the most expensive is {largest.resource} of {largest.component} with {largest.usd:.2f}"
        )


STACK_RULES = (
    StackRule(
        "Cost.1",
        "A stack costs no more than its budget",
        over_budget,
        "make it cheaper (`make cost` shows each part), or raise budget_usd in the stack file",
        Source.SIXFOLD,
    ),
)
