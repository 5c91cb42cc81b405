"""The program's side of `pulumi_sixfold.aws.events`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.events import RuleArgs, RuleHandler, Target
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Rule", "RuleArgs", "Target"]


class Rule(Resource):
    """An EventBridge rule; its id is `<bus>/<name>`."""

    handler = RuleHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        bus: pulumi.Output[str]
        description: pulumi.Output[str]
        pattern: pulumi.Output[str | None]
        schedule: pulumi.Output[str | None]
        enabled: pulumi.Output[bool]
        targets: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: RuleArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or RuleArgs(), opts)
