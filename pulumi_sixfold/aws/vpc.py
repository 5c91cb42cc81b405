"""VPCs."""

from typing import Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing, arn
from pulumi_sixfold.aws.handler import TAGS, actions
from pulumi_sixfold.aws.inputs import Cidr, Tags
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Quota
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading


class VpcArgs(Args):
    """The inputs of a Vpc: with DNS, unless told otherwise."""

    cidr: Input[Cidr] = Field(description="IPv4 addresses, /16 to /28, as 10.0.0.0/16. A change replaces.")
    dns_support: Input[bool] = Field(True, description="Amazon's DNS server answers in the VPC.")
    dns_hostnames: Input[bool] = Field(True, description="Instances get DNS names; interface endpoints need it.")
    tags: Tags = Field(default={}, description=TAGS)


class VpcHandler(Ec2Handler[VpcArgs]):
    """A VPC; its id is the VPC id."""

    facts = Ec2Facts(
        token="sixfold:ec2:Vpc",
        args=VpcArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"cidr"}),
        identity=frozenset({"cidr"}),
        reads={
            "DescribeVpcs": reading(
                "VpcId CidrBlock OwnerId",
                at="Vpcs",
                theirs="BlockPublicAccessStates CidrBlockAssociationSet DhcpOptionsId State",
                fixed={"InstanceTenancy": "default"},
                most={"CidrBlockAssociationSet": 1},
            ),
            "DescribeVpcAttribute": reading("EnableDnsHostnames EnableDnsSupport", theirs="VpcId"),
        },
        outputs={"arn": "ARN of the VPC."},
        actions=actions(
            "ec2",
            f"{TAGGING} CreateVpc DeleteVpc DescribeVpcAttribute DescribeVpcs ModifyVpcAttribute",
        ),
        arns=("arn:aws:ec2:{at}:vpc/*",),
        free="free",
        normal={"cidr": normal.cidr},
        kind="vpc",
        listing=Listing("describe_vpcs", "Vpcs", "VpcId", "Filters", "VpcIds"),
        unnarrowable=frozenset({"ec2:DescribeVpcs"}),
        lists_with=("ec2:DescribeVpcs",),
        quota=Quota("vpc", "L-F678F1CE", "VPCs", "ec2", "describe_vpcs", "Vpcs"),
    )

    def make(self, args: VpcArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the VPC."""
        return self.client.create_vpc(CidrBlock=args.cidr, **marked)["Vpc"]["VpcId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is available."""
        wait(self.client, "vpc_exists", VpcIds=[resource_id])
        wait(self.client, "vpc_available", VpcIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[VpcArgs]) -> None:
        """Set the DNS flags; AWS takes one a call, and names only with the server."""
        wanted = (("EnableDnsSupport", "dns_support"), ("EnableDnsHostnames", "dns_hostnames"))
        for name, flag in wanted if difference.want.dns_support else reversed(wanted):
            if flag in difference:
                setting: Any = {name: {"Value": getattr(difference.want, flag)}}
                self.client.modify_vpc_attribute(VpcId=resource_id, **setting)

    def state(self, found: Any) -> State[VpcArgs]:  # noqa: ANN401 - see Ec2Handler
        """Read the VPC; each flag is a call of its own."""
        vpc_id, ask = found["VpcId"], self.client.describe_vpc_attribute
        args = VpcArgs(
            cidr=found["CidrBlock"],
            dns_support=ask(VpcId=vpc_id, Attribute="enableDnsSupport")["EnableDnsSupport"]["Value"],
            dns_hostnames=ask(VpcId=vpc_id, Attribute="enableDnsHostnames")["EnableDnsHostnames"]["Value"],
        )
        return State(args, {"arn": arn(found, self.region, "vpc", vpc_id)})

    def delete(self, resource_id: str, args: VpcArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the VPC; AWS refuses as long as there is something in it."""
        with self.missing_is_fine():
            self.client.delete_vpc(VpcId=resource_id)
