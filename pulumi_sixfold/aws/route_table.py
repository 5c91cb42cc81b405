"""Route tables, with their routes and the subnets that use them."""

from typing import Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing, arn
from pulumi_sixfold.aws.eventual_consistency import leaves_by_itself
from pulumi_sixfold.aws.handler import TAGS, actions
from pulumi_sixfold.aws.inputs import Cidr, Tags
from pulumi_sixfold.aws.waiting import wait_for
from pulumi_sixfold.kit.args import Args, Input, Unordered
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

_TARGETS = {
    "eigw": "EgressOnlyInternetGatewayId",
    "eni": "NetworkInterfaceId",
    "igw": "GatewayId",
    "nat": "NatGatewayId",
    "pcx": "VpcPeeringConnectionId",
    "tgw": "TransitGatewayId",
    "vgw": "GatewayId",
    "vpce": "VpcEndpointId",
}
_FROM = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_PARTS = (*_FROM, *sorted(set(_TARGETS.values())))
_Target = Annotated[str, Field(pattern=f"^({'|'.join(_TARGETS)})-")]


class RouteTableArgs(Args):
    """The inputs of a RouteTable."""

    vpc_id: Input[str] = Field(description="The VPC. A change replaces.")
    routes: Input[dict[Cidr, Input[_Target]]] = Field(
        default={}, description="CIDR → id of the gateway or interface that it goes to; exactly these."
    )
    subnet_ids: Input[Unordered] = Field(default=[], description="The subnets that use it; exactly these.")
    tags: Tags = Field(default={}, description=TAGS)


class RouteTableHandler(Ec2Handler[RouteTableArgs]):
    """A route table; its id is the table's.

    What AWS itself puts into a table (local, endpoints, propagated routes) stays as it is.
    """

    facts = Ec2Facts(
        token="sixfold:ec2:RouteTable",
        args=RouteTableArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"vpc_id"}),
        identity=frozenset({"vpc_id"}),
        reads={
            "DescribeRouteTables": reading(
                "RouteTableId VpcId OwnerId Associations.SubnetId Routes.Origin "
                + " ".join(f"Routes.{part}" for part in _PARTS),
                at="RouteTables",
                theirs="Associations.AssociationState Associations.Main Associations.PublicIpv4Pool "
                "Associations.RouteTableAssociationId Associations.RouteTableId PropagatingVgws "
                "Routes.InstanceId Routes.InstanceOwnerId Routes.State",
            ),
        },
        outputs={"arn": "ARN of the table."},
        actions=actions(
            "ec2",
            f"{TAGGING} AssociateRouteTable CreateRoute CreateRouteTable DeleteRoute DeleteRouteTable "
            "DescribeRouteTables "
            "DisassociateRouteTable ReplaceRoute ReplaceRouteTableAssociation",
        ),
        arns=(
            "arn:aws:ec2:{at}:route-table/*",
            "arn:aws:ec2:{at}:subnet/*",
            "arn:aws:ec2:{at}:vpc/*",
        ),
        free="free",
        kind="route-table",
        listing=Listing(
            "describe_route_tables",
            "RouteTables",
            "RouteTableId",
            "Filters",
            "RouteTableIds",
        ),
        unnarrowable=frozenset({"ec2:DescribeRouteTables"}),
        lists_with=("ec2:DescribeRouteTables",),
    )

    def make(self, args: RouteTableArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the empty table."""
        return self.client.create_route_table(VpcId=args.vpc_id, **marked)["RouteTable"]["RouteTableId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is there."""
        acceptors: list[dict[str, Any]] = [
            {"matcher": "status", "expected": 200, "state": "success"},
            {"matcher": "error", "expected": "InvalidRouteTableID.NotFound", "state": "retry"},
        ]
        wait_for(self.client, "DescribeRouteTables", acceptors, RouteTableIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[RouteTableArgs]) -> None:
        """Change the routes and the subnets that differ."""
        have, want = difference.have, difference.want
        client, table = self.client, resource_id
        for cidr in have.routes.keys() - want.routes.keys():
            with leaves_by_itself("InvalidRoute.NotFound"):
                client.delete_route(RouteTableId=table, **_destination(cidr))
        for cidr, target in want.routes.items():
            if have.routes.get(cidr) != target:
                put: Any = client.replace_route if cidr in have.routes else client.create_route
                put(RouteTableId=table, **_destination(cidr), **{_TARGETS[target.split("-")[0]]: target})
        for subnet in set(want.subnet_ids) - set(have.subnet_ids):
            used = self._association(subnet)
            if used:
                client.replace_route_table_association(
                    AssociationId=used["RouteTableAssociationId"], RouteTableId=table
                )
            else:
                client.associate_route_table(RouteTableId=table, SubnetId=subnet)
        for subnet in set(have.subnet_ids) - set(want.subnet_ids):
            self._leave(table, subnet)

    def state(self, found: Any) -> State[RouteTableArgs]:  # noqa: ANN401 - see Ec2Handler
        """Read the table."""
        args = RouteTableArgs(
            vpc_id=found["VpcId"],
            routes=dict(filter(None, map(_route, found["Routes"]))),
            subnet_ids=_subnets(found),
        )
        return State(args, {"arn": arn(found, self.region, "route-table", found["RouteTableId"])})

    def delete(self, resource_id: str, args: RouteTableArgs) -> None:  # noqa: ARG002 - what is there says all
        """Remove the table; its subnets use the VPC's main table from then on."""
        with self.missing_is_fine():
            (found,) = self.client.describe_route_tables(RouteTableIds=[resource_id])["RouteTables"]
            for subnet in _subnets(found):
                self._leave(resource_id, subnet)
            self.client.delete_route_table(RouteTableId=resource_id)

    def _association(self, subnet: str) -> Any:  # noqa: ANN401 - boto3's typed dict
        """Return the one association of a subnet, or None: it may be with another table."""
        mine: Any = [{"Name": "association.subnet-id", "Values": [subnet]}]
        tables = self.client.describe_route_tables(Filters=mine)["RouteTables"]
        return next(
            (each for table in tables for each in table["Associations"] if each.get("SubnetId") == subnet), None
        )

    def _leave(self, table: str, subnet: str) -> None:
        used = self._association(subnet)
        if used and used["RouteTableId"] == table:
            with self.missing_is_fine():
                self.client.disassociate_route_table(AssociationId=used["RouteTableAssociationId"])


def _destination(cidr: str) -> Any:  # noqa: ANN401 - a part of a request
    return {"DestinationIpv6CidrBlock" if ":" in cidr else "DestinationCidrBlock": cidr}


def _route(found: Any) -> tuple[str, str] | None:  # noqa: ANN401 - boto3's typed dict
    """Return CIDR and target of a route that somebody made; None for one of AWS's own, such as an endpoint's.

    Raises:
        ValueError: it leads from, or to, what a RouteTable has no word for.

    """
    said = {key: found[key] for key in _PARTS if found.get(key)}
    blocks = [said[key] for key in _FROM if key in said]
    targets = [value for key, value in said.items() if key not in _FROM]
    is_endpoint = "DestinationPrefixListId" in said and targets[:1] and targets[0].startswith("vpce-")
    if found.get("Origin") != "CreateRoute" or is_endpoint:
        return None
    if len(blocks) != 1 or len(targets) != 1 or "DestinationPrefixListId" in said:
        raise ValueError(f"the route {said}")
    return normal.cidr(blocks[0]), targets[0]


def _subnets(found: Any) -> list[str]:  # noqa: ANN401 - boto3's typed dict
    return [each["SubnetId"] for each in found["Associations"] if "SubnetId" in each]
