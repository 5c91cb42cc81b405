"""The program's side of the look-ups: each returns an Output of what was found, whose fields are Outputs too.

What a preview does not know yet is looked up by the `up`. A look-up that finds nothing fails, and says what to give.

Example:
    vpc = get_vpc(GetVpcArgs(tags={"Name": "shared"}), pulumi.InvokeOptions(provider=aws))
    Subnet("a", SubnetArgs(vpc_id=vpc.id, cidr="10.0.0.0/24", availability_zone="eu-west-1a"))

"""

from typing import Any, TypeVar

import pulumi
from pulumi.runtime import invoke_output

from pulumi_sixfold.aws import lookups
from pulumi_sixfold.aws.lookups import (
    AvailabilityZones,
    CallerIdentity,
    ClusterFound,
    GetClusterArgs,
    GetVpcArgs,
    NoArgs,
    Region,
    VpcFound,
)
from pulumi_sixfold.kit.args import Args, Block
from pulumi_sixfold.kit.lookup import Lookup

__all__ = [
    "GetClusterArgs",
    "GetVpcArgs",
    "get_availability_zones",
    "get_caller_identity",
    "get_cluster",
    "get_region",
    "get_vpc",
]

Options = pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None
R = TypeVar("R", bound=Block)


def get_caller_identity(opts: Options = None) -> pulumi.Output[CallerIdentity]:
    """Return whose credentials the provider uses."""
    return _ask(lookups.CALLER_IDENTITY, CallerIdentity, NoArgs(), opts)


def get_region(opts: Options = None) -> pulumi.Output[Region]:
    """Return the provider's region."""
    return _ask(lookups.REGION, Region, NoArgs(), opts)


def get_availability_zones(opts: Options = None) -> pulumi.Output[AvailabilityZones]:
    """Return the zones of the provider's region that are open to this account."""
    return _ask(lookups.AVAILABILITY_ZONES, AvailabilityZones, NoArgs(), opts)


def get_vpc(args: GetVpcArgs, opts: Options = None) -> pulumi.Output[VpcFound]:
    """Return the one VPC with this id or these tags; none, or several, is an error."""
    return _ask(lookups.VPC, VpcFound, args, opts)


def get_cluster(args: GetClusterArgs, opts: Options = None) -> pulumi.Output[ClusterFound]:
    """Return the EKS cluster of this name; none is an error."""
    return _ask(lookups.CLUSTER, ClusterFound, args, opts)


def _ask(lookup: Lookup, result: type[R], args: Args, opts: Options) -> pulumi.Output[R]:
    answer: pulumi.Output[Any] = invoke_output(lookup.token, args.properties(), opts)
    return answer.apply(result.model_validate)
