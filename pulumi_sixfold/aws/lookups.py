"""Look-ups in AWS. Programs call them by `pulumi_sixfold.resources.lookups`."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from pulumi_sixfold.aws.ec2 import arn
from pulumi_sixfold.aws.eks import ClusterHandler
from pulumi_sixfold.aws.handler import from_pairs, own_tags
from pulumi_sixfold.aws.vpc import VpcHandler
from pulumi_sixfold.kit.args import Args, Block, Input, Tags
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.lookup import Lookup


class NoArgs(Args):
    """No inputs: the answer follows from the provider."""


class CallerIdentity(Block):
    """Whose credentials the provider uses."""

    account: str = Field(description="The 12-digit AWS account.")
    arn: str = Field(description="ARN of the user or role.")


class Region(Block):
    """Where the provider works."""

    name: str = Field(description="The region, as eu-west-1.")


class AvailabilityZones(Block):
    """The availability zones of the provider's region that are open to this account."""

    names: list[str] = Field(description="Names, as eu-west-1a, in alphabetical order.")


class GetVpcArgs(Args):
    """Which VPC: the one with this id, or the only one with all of these tags."""

    id: Input[str | None] = Field(None, description="Id of the VPC; None: any.")
    tags: Tags = Field(default={}, description="Tags that it has.")


class VpcFound(Block):
    """A VPC that exists, with its subnets."""

    id: str = Field(description="Id of the VPC.")
    arn: str = Field(description="ARN of the VPC.")
    cidr: str = Field(description="Its IPv4 addresses.")
    subnet_ids: list[str] = Field(description="Its subnets, in alphabetical order.")
    tags: dict[str, str] = Field(description="Its tags.")


class GetClusterArgs(Args):
    """Which EKS cluster."""

    name: Input[str] = Field(description="Name of the cluster.")


class ClusterFound(Block):
    """An EKS cluster that exists."""

    name: str = Field(description="Name of the cluster.")
    arn: str = Field(description="ARN of the cluster.")
    version: str = Field(description="Kubernetes version.")
    endpoint: str = Field(description="URL of the Kubernetes API.")
    certificate: str = Field(description="Authority that signed the API's certificate, PEM in base64.")
    vpc_id: str = Field(description="The VPC that it is in.")
    tags: dict[str, str] = Field(description="Its tags.")


def _caller(handler: VpcHandler, _: NoArgs) -> CallerIdentity:
    return CallerIdentity(account=handler.account, arn=handler.caller["Arn"])


def _region(handler: VpcHandler, _: NoArgs) -> Region:
    return Region(name=handler.region)


def _zones(handler: VpcHandler, _: NoArgs) -> AvailabilityZones:
    opened: Any = [
        {"Name": "state", "Values": ["available"]},
        {"Name": "zone-type", "Values": ["availability-zone"]},
    ]
    found = handler.client.describe_availability_zones(Filters=opened)["AvailabilityZones"]
    return AvailabilityZones(names=sorted(zone["ZoneName"] for zone in found))


def _vpc(handler: VpcHandler, args: GetVpcArgs) -> VpcFound:
    wanted = [*([("vpc-id", args.id)] if args.id else []), *((f"tag:{key}", text) for key, text in args.tags.items())]
    filters: Any = [{"Name": name, "Values": [text]} for name, text in wanted]
    found = [
        vpc for page in handler.client.get_paginator("describe_vpcs").paginate(Filters=filters) for vpc in page["Vpcs"]
    ]
    if len(found) != 1:
        which = ", ".join(f"{name}={text}" for name, text in wanted) or "neither id nor tags"
        there = ", ".join(vpc["VpcId"] for vpc in found) or "none"
        raise ProviderError(
            f"{which} must fit one VPC in {handler.region}, and fits {there}",
            remedy="give get_vpc the id, or tags that only one VPC has; check the provider's region",
        )
    vpc = found[0]
    inside: Any = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    pages = handler.client.get_paginator("describe_subnets").paginate(Filters=inside)
    return VpcFound(
        id=vpc["VpcId"],
        arn=arn(vpc, handler.region, "vpc", vpc["VpcId"]),
        cidr=vpc["CidrBlock"],
        subnet_ids=sorted(subnet["SubnetId"] for page in pages for subnet in page["Subnets"]),
        tags=own_tags(from_pairs(vpc.get("Tags", []))),
    )


def _cluster(handler: ClusterHandler, args: GetClusterArgs) -> ClusterFound:
    with handler.missing_is_fine():
        found = handler.client.describe_cluster(name=args.name)["cluster"]
        return ClusterFound(
            name=found["name"],
            arn=found["arn"],
            version=found["version"],
            endpoint=found["endpoint"],
            certificate=found["certificateAuthority"]["data"],
            vpc_id=found["resourcesVpcConfig"].get("vpcId", ""),
            tags=own_tags(found.get("tags", {})),
        )
    raise ProviderError(
        f"there is no EKS cluster {args.name} in {handler.region}",
        remedy="correct the name given to get_cluster, or the provider's region",
    )


CALLER_IDENTITY = Lookup("sixfold:sts:getCallerIdentity", NoArgs, CallerIdentity, VpcHandler, _caller)
REGION = Lookup("sixfold:ec2:getRegion", NoArgs, Region, VpcHandler, _region)
AVAILABILITY_ZONES = Lookup(
    "sixfold:ec2:getAvailabilityZones",
    NoArgs,
    AvailabilityZones,
    VpcHandler,
    _zones,
    ("ec2:DescribeAvailabilityZones",),
    frozenset({"ec2:DescribeAvailabilityZones"}),
)
VPC = Lookup("sixfold:ec2:getVpc", GetVpcArgs, VpcFound, VpcHandler, _vpc, ("ec2:DescribeSubnets", "ec2:DescribeVpcs"))
CLUSTER = Lookup(
    "sixfold:eks:getCluster", GetClusterArgs, ClusterFound, ClusterHandler, _cluster, ("eks:DescribeCluster",)
)

LOOKUPS: Mapping[str, Lookup] = {
    lookup.token: lookup for lookup in (CALLER_IDENTITY, REGION, AVAILABILITY_ZONES, VPC, CLUSTER)
}
