"""The network: private subnets for machines and pods, public ones for the gateways to the internet, some for EKS."""

from collections.abc import Sequence
from functools import partial

from pulumi import ComponentResource, Output, ResourceOptions

from infra.plans.aws.endpoints import endpoint_policy
from infra.plans.aws.network import ZonePlan
from pulumi_sixfold.resources.gateways import (
    InternetGateway,
    InternetGatewayArgs,
    NatGateway,
    NatGatewayArgs,
)
from pulumi_sixfold.resources.route_table import RouteTable, RouteTableArgs
from pulumi_sixfold.resources.security_group import Rule, SecurityGroup, SecurityGroupArgs
from pulumi_sixfold.resources.subnet import Subnet, SubnetArgs
from pulumi_sixfold.resources.vpc import Vpc, VpcArgs
from pulumi_sixfold.resources.vpc_endpoint import VpcEndpoint, VpcEndpointArgs

ANYWHERE = "0.0.0.0/0"
# By these tags load balancers find their subnets: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
_PUBLIC, _PRIVATE = {"kubernetes.io/role/elb": "1"}, {"kubernetes.io/role/internal-elb": "1"}
# What the platform moves most of: free of charge this way, and not over the internet.
_GATEWAY_SERVICES = ("s3", "dynamodb")


class Network(ComponentResource):
    """A VPC with a private and a public subnet and an egress route in each zone: no zone depends on another.

    Outputs: `vpc_id`, `private_subnet_ids`, `control_subnet_ids` (without an egress route), `api_group_id` (lets the
    VPC call a cluster's API), `nat_ids` by zone.
    """

    def __init__(
        self, name: str, *, region: str, cidr: str, zones: Sequence[ZonePlan], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:Network", name, None, opts)
        self._mine = mine = ResourceOptions(parent=self)
        self.nat_ids: dict[str, Output[str]] = {}
        vpc = Vpc(name, VpcArgs(cidr=cidr), mine)
        internet = InternetGateway(name, InternetGatewayArgs(vpc_id=vpc.id), mine)
        public = [self._subnet(f"{name}-public", vpc, zone.zone, zone.public, _PUBLIC) for zone in zones]
        private = [self._subnet(f"{name}-private", vpc, zone.zone, zone.private, _PRIVATE) for zone in zones]
        control = [self._subnet(f"{name}-control", vpc, zone.zone, zone.control, {}) for zone in zones]
        out = RouteTable(
            f"{name}-public",
            RouteTableArgs(vpc_id=vpc.id, routes={ANYWHERE: internet.id}, subnet_ids=[subnet.id for subnet in public]),
            mine,
        )
        tables = [
            self._way_out(name, zone.zone, vpc, inside, outside, after=out)
            for zone, inside, outside in zip(zones, private, public, strict=True)
        ]
        for service in _GATEWAY_SERVICES:
            arguments = VpcEndpointArgs(
                vpc_id=vpc.id,
                service=f"com.amazonaws.{region}.{service}",
                route_table_ids=[table.id for table in tables],
                policy=vpc.arn.apply(partial(endpoint_policy, service)),
            )
            VpcEndpoint(f"{name}-{service}", arguments, mine)
        api = SecurityGroup(
            f"{name}-api",
            SecurityGroupArgs(
                vpc_id=vpc.id,
                description="Lets the network call the Kubernetes API",
                ingress=[Rule(from_port=443, to_port=443, peer=cidr, description="the network itself")],
            ),
            mine,
        )
        self.vpc_id = vpc.id
        self.private_subnet_ids = [subnet.id for subnet in private]
        self.control_subnet_ids = [subnet.id for subnet in control]
        self.api_group_id = api.id
        self.register_outputs({"vpc_id": self.vpc_id, "private_subnet_ids": self.private_subnet_ids})

    def _subnet(self, name: str, vpc: Vpc, zone: str, cidr: str, tags: dict[str, str]) -> Subnet:
        arguments = SubnetArgs(vpc_id=vpc.id, cidr=cidr, availability_zone=zone, tags={**tags})
        return Subnet(f"{name}-{zone}", arguments, self._mine)

    def _way_out(
        self, network: str, zone: str, vpc: Vpc, inside: Subnet, outside: Subnet, *, after: RouteTable
    ) -> RouteTable:
        name = f"{network}-{zone}"
        reachable = ResourceOptions(parent=self, depends_on=[after])  # a gateway in a subnet that leads nowhere is none
        nat = NatGateway(name, NatGatewayArgs(subnet_id=outside.id), reachable)
        self.nat_ids[zone] = nat.id
        arguments = RouteTableArgs(vpc_id=vpc.id, routes={ANYWHERE: nat.id}, subnet_ids=[inside.id])
        return RouteTable(name, arguments, self._mine)
