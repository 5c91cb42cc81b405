"""The program's side of `pulumi_sixfold.aws.vpc`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.vpc import VpcArgs, VpcHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Vpc", "VpcArgs"]


class Vpc(Resource):
    """A VPC; its id is the VPC id."""

    handler = VpcHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        cidr: pulumi.Output[str]
        dns_support: pulumi.Output[bool]
        dns_hostnames: pulumi.Output[bool]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: VpcArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
