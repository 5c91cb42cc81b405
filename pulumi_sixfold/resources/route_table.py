"""The program's side of `pulumi_sixfold.aws.route_table`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.route_table import RouteTableArgs, RouteTableHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["RouteTable", "RouteTableArgs"]


class RouteTable(Resource):
    """A route table; its id is the table's.

    What AWS itself puts into a table (local, endpoints, propagated routes) stays as it is.
    """

    handler = RouteTableHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        vpc_id: pulumi.Output[str]
        routes: pulumi.Output[Any]
        subnet_ids: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: RouteTableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
