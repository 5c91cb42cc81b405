"""The program's side of `pulumi_sixfold.aws.budgets`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.budgets import Alert, BudgetArgs, BudgetHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Alert", "Budget", "BudgetArgs"]


class Budget(Resource):
    """A budget of an account; its id is its name."""

    handler = BudgetHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        limit_usd: pulumi.Output[float]
        cost_tags: pulumi.Output[Any]
        alerts: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
