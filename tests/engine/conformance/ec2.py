"""Networks. `net`, `net_2` and what is in them are there for others."""

import json
from typing import Any

from pulumi_sixfold.aws.gateways import InternetGatewayHandler, NatGatewayHandler
from pulumi_sixfold.aws.route_table import RouteTableHandler
from pulumi_sixfold.aws.security_group import SecurityGroupHandler
from pulumi_sixfold.aws.subnet import SubnetHandler
from pulumi_sixfold.aws.vpc import VpcHandler
from pulumi_sixfold.aws.vpc_endpoint import VpcEndpointHandler
from tests.engine.conformance._case import BY_HAND, Aws, Case, may

_DNS = "moto's ModifyVpcEndpoint ignores it; tests/unit/pulumi_sixfold/test_ec2.py has the request"
_ALLOCATION = "an elastic IP is no resource of ours; tests/unit/pulumi_sixfold/test_ec2.py has one"
_HTTPS = {"from_port": 443, "to_port": 443, "peer": "10.0.0.0/8", "description": "inside"}
_SQS = "com.amazonaws.eu-west-1.sqs"


def _tag(aws: Aws, resource_id: str) -> None:
    aws("ec2").create_tags(Resources=[resource_id], Tags=[BY_HAND])


def _detach(aws: Aws, gateway: str) -> None:
    found = aws("ec2").describe_internet_gateways(InternetGatewayIds=[gateway])["InternetGateways"][0]
    aws("ec2").detach_internet_gateway(InternetGatewayId=gateway, VpcId=found["Attachments"][0]["VpcId"])


def _disassociate(aws: Aws, table: str) -> None:
    found = aws("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]
    aws("ec2").disassociate_route_table(AssociationId=found["Associations"][0]["RouteTableAssociationId"])


def _revoke_all(aws: Aws, group: str) -> None:
    found = aws("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    aws("ec2").revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])


def _allow_out(aws: Aws, group: str) -> None:
    anywhere = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    aws("ec2").authorize_security_group_egress(GroupId=group, IpPermissions=[anywhere])


def _remove(key: str, members: str) -> Any:
    """Return a drift that takes away all members of one kind of an endpoint."""

    def meddle(aws: Aws, endpoint: str) -> None:
        found = aws("ec2").describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]
        ids = [each["GroupId"] if isinstance(each, dict) else each for each in found[members]]
        aws("ec2").modify_vpc_endpoint(VpcEndpointId=endpoint, **{f"Remove{key}": ids})

    return meddle


CASES = {
    "net": Case(VpcHandler, {"cidr": "10.0.0.0/16"}),
    "net_2": Case(VpcHandler, {"cidr": "10.1.0.0/16"}),
    "net_a": Case(SubnetHandler, {"vpc_id": "@net.id", "cidr": "10.0.0.0/24", "availability_zone": "eu-west-1a"}),
    "net_b": Case(SubnetHandler, {"vpc_id": "@net.id", "cidr": "10.0.1.0/24", "availability_zone": "eu-west-1b"}),
    "net_table": Case(RouteTableHandler, {"vpc_id": "@net.id"}),
    "net_group": Case(SecurityGroupHandler, {"vpc_id": "@net.id"}),
    "net_nat": Case(NatGatewayHandler, {"subnet_id": "@net_a.id"}),
    "net_nat_b": Case(NatGatewayHandler, {"subnet_id": "@net_b.id"}),
    "ec2_vpc": Case(
        VpcHandler,
        {"cidr": "10.2.0.0/16"},
        changes=[{"dns_hostnames": False}, {"dns_support": False}, {"tags": {"a": "b"}}, {"cidr": "10.3.0.0/16"}],
        drift={
            "dns_hostnames": lambda aws, vpc: aws("ec2").modify_vpc_attribute(
                VpcId=vpc, EnableDnsHostnames={"Value": False}
            ),
            "dns_support": lambda aws, vpc: aws("ec2").modify_vpc_attribute(
                VpcId=vpc, EnableDnsSupport={"Value": False}
            ),
            "tags": _tag,
        },
    ),
    "ec2_subnet": Case(
        SubnetHandler,
        {"vpc_id": "@net.id", "cidr": "10.0.9.0/24", "availability_zone": "eu-west-1a"},
        changes=[
            {"public_addresses": True},
            {"tags": {"a": "b"}},
            {"availability_zone": "eu-west-1b"},
            {"cidr": "10.0.10.0/24"},
            {"vpc_id": "@net_2.id", "cidr": "10.1.0.0/24"},
        ],
        drift={
            "public_addresses": lambda aws, subnet: aws("ec2").modify_subnet_attribute(
                SubnetId=subnet, MapPublicIpOnLaunch={"Value": True}
            ),
            "tags": _tag,
        },
    ),
    "ec2_internet_gateway": Case(
        InternetGatewayHandler,
        {"vpc_id": "@net.id"},
        changes=[{"vpc_id": "@net_2.id"}, {"tags": {"a": "b"}}],
        drift={"vpc_id": _detach, "tags": _tag},
    ),
    "ec2_nat_gateway": Case(
        NatGatewayHandler,
        {"subnet_id": "@net_a.id"},
        changes=[{"tags": {"a": "b"}}, {"subnet_id": "@net_b.id"}],
        drift={"tags": _tag},
        constant={"allocation_id": _ALLOCATION},
    ),
    "ec2_route_table": Case(
        RouteTableHandler,
        {"vpc_id": "@net.id", "routes": {"0.0.0.0/0": "@net_nat.id"}, "subnet_ids": ["@net_a.id"]},
        changes=[
            {"routes": {"192.168.0.0/16": "@net_nat.id"}},
            {"routes": {"192.168.0.0/16": "@net_nat_b.id"}},
            {"subnet_ids": ["@net_b.id"]},
            {"tags": {"a": "b"}},
            {"vpc_id": "@net_2.id", "subnet_ids": [], "routes": {}},
        ],
        drift={
            "routes": lambda aws, table: aws("ec2").delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0"),
            "subnet_ids": _disassociate,
            "tags": _tag,
        },
    ),
    "ec2_security_group": Case(
        SecurityGroupHandler,
        {"vpc_id": "@net.id", "ingress": [_HTTPS, {**_HTTPS, "peer": "self"}, {**_HTTPS, "peer": "@net_group.id"}]},
        changes=[
            {"ingress": [{**_HTTPS, "description": "why"}, {**_HTTPS, "peer": "::/0"}]},
            {"egress": [{"protocol": "-1", "peer": "0.0.0.0/0"}]},
            {"tags": {"a": "b"}},
            {"description": "b"},
            {"name": "other"},
            {"vpc_id": "@net_2.id"},
        ],
        drift={"ingress": _revoke_all, "egress": _allow_out, "tags": _tag},
    ),
    "ec2_gateway_endpoint": Case(
        VpcEndpointHandler,
        {
            "vpc_id": "@net.id",
            "service": "com.amazonaws.eu-west-1.s3",
            "route_table_ids": ["@net_table.id"],
            "policy": may("s3:GetObject"),
        },
        changes=[
            {"policy": may("s3:PutObject")},
            {"tags": {"a": "b"}},
            {"route_table_ids": []},
            {"service": "com.amazonaws.eu-west-1.dynamodb"},
            {"vpc_id": "@net_2.id"},
        ],
        drift={
            "policy": lambda aws, endpoint: aws("ec2").modify_vpc_endpoint(
                VpcEndpointId=endpoint, PolicyDocument=json.dumps(may("s3:*"))
            ),
            "tags": _tag,
            "route_table_ids": _remove("RouteTableIds", "RouteTableIds"),
        },
    ),
    "ec2_interface_endpoint": Case(
        VpcEndpointHandler,
        {
            "vpc_id": "@net.id",
            "service": _SQS,
            "type": "Interface",
            "subnet_ids": ["@net_a.id"],
            "security_group_ids": ["@net_group.id"],
            "private_dns": True,
        },
        changes=[
            {"subnet_ids": ["@net_b.id"]},
            {"security_group_ids": []},
            {"type": "Gateway", "subnet_ids": [], "private_dns": False},
        ],
        drift={
            "subnet_ids": _remove("SubnetIds", "SubnetIds"),
            "security_group_ids": _remove("SecurityGroupIds", "Groups"),
        },
        unseen={"private_dns": _DNS},
    ),
}
