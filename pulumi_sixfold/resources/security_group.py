"""The program's side of `pulumi_sixfold.aws.security_group`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.security_group import Rule, SecurityGroupArgs, SecurityGroupHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Rule", "SecurityGroup", "SecurityGroupArgs"]


class SecurityGroup(Resource):
    """A security group; its id is the group's."""

    handler = SecurityGroupHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        vpc_id: pulumi.Output[str]
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        ingress: pulumi.Output[Any]
        egress: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: SecurityGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
