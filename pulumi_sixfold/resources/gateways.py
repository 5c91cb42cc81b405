"""The program's side of `pulumi_sixfold.aws.gateways`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.gateways import InternetGatewayArgs, InternetGatewayHandler, NatGatewayArgs, NatGatewayHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["InternetGateway", "InternetGatewayArgs", "NatGateway", "NatGatewayArgs"]


class InternetGateway(Resource):
    """An internet gateway; its id is the gateway's."""

    handler = InternetGatewayHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        vpc_id: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: InternetGatewayArgs | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, args or InternetGatewayArgs(), opts)


class NatGateway(Resource):
    """A NAT gateway; its id is the gateway's. AWS takes minutes to make and to remove one, and both are waited for."""

    handler = NatGatewayHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        subnet_id: pulumi.Output[str]
        allocation_id: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        public_ip: pulumi.Output[str]

    def __init__(self, name: str, args: NatGatewayArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
