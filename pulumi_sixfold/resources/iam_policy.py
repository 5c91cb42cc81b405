"""The program's side of `pulumi_sixfold.aws.iam_policy`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.iam_policy import PolicyArgs, PolicyHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Policy", "PolicyArgs"]


class Policy(Resource):
    """An IAM policy; its id is its ARN."""

    handler = PolicyHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        policy: pulumi.Output[str]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: PolicyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
