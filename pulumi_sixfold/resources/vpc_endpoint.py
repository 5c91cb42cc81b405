"""The program's side of `pulumi_sixfold.aws.vpc_endpoint`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.vpc_endpoint import VpcEndpointArgs, VpcEndpointHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["VpcEndpoint", "VpcEndpointArgs"]


class VpcEndpoint(Resource):
    """A VPC endpoint; its id is the endpoint's.

    AWS takes minutes to make and to remove an interface, and both are waited for.
    """

    handler = VpcEndpointHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        vpc_id: pulumi.Output[str]
        service: pulumi.Output[str]
        type: pulumi.Output[str]
        route_table_ids: pulumi.Output[Any]
        subnet_ids: pulumi.Output[Any]
        security_group_ids: pulumi.Output[Any]
        private_dns: pulumi.Output[bool]
        policy: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: VpcEndpointArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
