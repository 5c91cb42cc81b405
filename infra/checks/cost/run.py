"""`sixfold cost`: what a stack costs a month at rest, from the program alone; no account, no credentials, no engine."""

from delivery.workspace import Workspace
from infra.checks.cost.estimate import Resource, estimate
from infra.checks.cost.report import report
from infra.checks.cost.table import prices
from infra.checks.recording import record
from sixfold.stack import read


def cost(work: Workspace) -> str:
    """Return the estimate as text. What runs on a stand-in for AWS, or on this machine, costs nothing.

    Raises:
        SixfoldError: the stack file is not valid, or the table has no prices for its region.

    """
    settings, table = read(work.stack_file), prices()
    planned = record(work.engine.stack, settings, root=work.root, home=work.home)
    paid = [Resource(each.urn, each.inputs, each.provider["region"]) for each in planned if each.on_aws]
    lines = estimate(paid, table)
    return report(work.engine.stack, settings.region, lines, table, settings.budget_usd)
