"""The program's side of `pulumi_sixfold.aws.iam`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.iam import RoleArgs, RoleHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Role", "RoleArgs"]


class Role(Resource):
    """An IAM role; its id is its name."""

    handler = RoleHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        assume_role_policy: pulumi.Output[str]
        description: pulumi.Output[str]
        managed_policy_arns: pulumi.Output[Any]
        inline_policies: pulumi.Output[Any]
        permissions_boundary: pulumi.Output[str | None]
        max_session_s: pulumi.Output[int]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: RoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
