"""Subnets."""

from typing import Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing
from pulumi_sixfold.aws.handler import TAGS, actions
from pulumi_sixfold.aws.inputs import Cidr, Tags
from pulumi_sixfold.aws.waiting import wait_for
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading


class SubnetArgs(Args):
    """The inputs of a Subnet: without public addresses, unless told otherwise."""

    vpc_id: Input[str] = Field(description="The VPC. A change replaces.")
    cidr: Input[Cidr] = Field(description="IPv4 addresses, a part of the VPC's, /16 to /28. A change replaces.")
    availability_zone: Input[str] = Field(description="Where it is, as eu-west-1a. A change replaces.")
    public_addresses: Input[bool] = Field(False, description="Instances get a public address when they start.")
    tags: Tags = Field(default={}, description=TAGS)


class SubnetHandler(Ec2Handler[SubnetArgs]):
    """A subnet; its id is the subnet id."""

    facts = Ec2Facts(
        token="sixfold:ec2:Subnet",
        args=SubnetArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"vpc_id", "cidr", "availability_zone"}),
        identity=frozenset({"vpc_id", "cidr"}),
        reads={
            "DescribeSubnets": reading(
                "SubnetArn VpcId CidrBlock AvailabilityZone MapPublicIpOnLaunch",
                at="Subnets",
                theirs="AvailabilityZoneId AvailableIpAddressCount BlockPublicAccessStates DefaultForAz OwnerId "
                "State SubnetId Type",
                fixed={"PrivateDnsNameOptionsOnLaunch.HostnameType": "ip-name"},
            ),
        },
        outputs={"arn": "ARN of the subnet."},
        actions=actions(
            "ec2",
            f"{TAGGING} CreateSubnet DeleteSubnet DescribeSubnets ModifySubnetAttribute",
        ),
        arns=(
            "arn:aws:ec2:{at}:subnet/*",
            "arn:aws:ec2:{at}:vpc/*",
        ),
        free="free",
        normal={"cidr": normal.cidr},
        kind="subnet",
        listing=Listing(
            "describe_subnets",
            "Subnets",
            "SubnetId",
            "Filters",
            "SubnetIds",
        ),
        unnarrowable=frozenset({"ec2:DescribeSubnets"}),
        lists_with=("ec2:DescribeSubnets",),
    )

    def make(self, args: SubnetArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the subnet."""
        where: Any = {"VpcId": args.vpc_id, "CidrBlock": args.cidr, "AvailabilityZone": args.availability_zone}
        return self.client.create_subnet(**where, **marked)["Subnet"]["SubnetId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is available."""
        acceptors = [
            {"matcher": "pathAll", "argument": "Subnets[].State", "expected": "available", "state": "success"},
            {"matcher": "error", "expected": "InvalidSubnetID.NotFound", "state": "retry"},
        ]
        wait_for(self.client, "DescribeSubnets", acceptors, SubnetIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[SubnetArgs]) -> None:
        """Set whether instances get public addresses."""
        if "public_addresses" in difference:
            wanted: Any = {"Value": difference.want.public_addresses}
            self.client.modify_subnet_attribute(SubnetId=resource_id, MapPublicIpOnLaunch=wanted)

    def state(self, found: Any) -> State[SubnetArgs]:  # noqa: ANN401 - see Ec2Handler
        """Read the subnet."""
        args = SubnetArgs(
            vpc_id=found["VpcId"],
            cidr=found["CidrBlock"],
            availability_zone=found["AvailabilityZone"],
            public_addresses=found["MapPublicIpOnLaunch"],
        )
        return State(args, {"arn": found["SubnetArn"]})

    def delete(self, resource_id: str, args: SubnetArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the subnet; AWS refuses as long as there is something in it."""
        with self.missing_is_fine():
            self.client.delete_subnet(SubnetId=resource_id)
