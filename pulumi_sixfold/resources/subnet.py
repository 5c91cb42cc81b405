"""The program's side of `pulumi_sixfold.aws.subnet`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.subnet import SubnetArgs, SubnetHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Subnet", "SubnetArgs"]


class Subnet(Resource):
    """A subnet; its id is the subnet id."""

    handler = SubnetHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        vpc_id: pulumi.Output[str]
        cidr: pulumi.Output[str]
        availability_zone: pulumi.Output[str]
        public_addresses: pulumi.Output[bool]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: SubnetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
