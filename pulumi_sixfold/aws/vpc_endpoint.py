"""VPC endpoints: AWS services without the internet."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing, arn
from pulumi_sixfold.aws.handler import TAGS, actions
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.aws.waiting import wait_for
from pulumi_sixfold.kit.args import Args, Input, Unordered, canonical
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

_NOT_FOUND = "InvalidVpcEndpointId.NotFound"
_STATES = "VpcEndpoints[].State"
_LEAVING = {"deleting", "deleted"}
_EVERYTHING = normal.policy(
    {"Statement": {"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}},
)["Statement"]
# input → what its items are called in ModifyVpcEndpoint
_MEMBERS = {"route_table_ids": "RouteTableIds", "subnet_ids": "SubnetIds", "security_group_ids": "SecurityGroupIds"}


class VpcEndpointArgs(Args):
    """The inputs of a VpcEndpoint: a gateway (free; S3 and DynamoDB) or an interface (paid by the hour, per subnet)."""

    vpc_id: Input[str] = Field(description="The VPC. A change replaces.")
    service: Input[str] = Field(description="As com.amazonaws.eu-west-1.s3. A change replaces.")
    type: Input[Literal["Gateway", "Interface"]] = Field("Gateway", description="Which of the two. A change replaces.")
    route_table_ids: Input[Unordered] = Field(default=[], description="Gateway: the tables that lead to it.")
    subnet_ids: Input[Unordered] = Field(default=[], description="Interface: the subnets that it stands in.")
    security_group_ids: Input[Unordered] = Field(
        default=[], description="Interface: who may call it; at least one, or AWS takes the VPC's default group."
    )
    private_dns: Input[bool] = Field(False, description="Interface: the service's usual name leads to it.")
    policy: Input[Policy | None] = Field(None, description="Who may do what through it; None: everybody everything.")
    tags: Tags = Field(default={}, description=TAGS)


def _charges(inputs: Mapping[str, Any]) -> list[Charge]:
    """Return the charge of an interface, by the subnet; a gateway has none."""
    subnets = inputs.get("subnet_ids")
    if inputs.get("type", "Gateway") != "Interface" or not isinstance(subnets, list):
        return []
    return [Charge("interface_endpoint_hour", len(subnets), f"in {len(subnets)} zones")]


class VpcEndpointHandler(Ec2Handler[VpcEndpointArgs]):
    """A VPC endpoint; its id is the endpoint's.

    AWS takes minutes to make and to remove an interface, and both are waited for.
    """

    facts = Ec2Facts(
        token="sixfold:ec2:VpcEndpoint",
        args=VpcEndpointArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"vpc_id", "service", "type"}),
        identity=frozenset({"vpc_id", "service"}),
        reads={
            "DescribeVpcEndpoints": reading(
                "VpcEndpointId VpcEndpointType VpcId ServiceName ServiceRegion PolicyDocument RouteTableIds SubnetIds "
                "Groups.GroupId PrivateDnsEnabled OwnerId",
                at="VpcEndpoints",
                theirs="CreationTimestamp DnsEntries FailureReason Groups.GroupName Ipv4Prefixes LastError "
                "NetworkInterfaceIds "
                "PayerResponsibilities State",
                fixed={"DnsOptions.DnsRecordIpType": ("ipv4", "service-defined"), "IpAddressType": "ipv4"},
            ),
        },
        outputs={"arn": "ARN of the endpoint."},
        actions=(
            *actions(
                "ec2",
                f"{TAGGING} CreateVpcEndpoint DeleteVpcEndpoints DescribeVpcEndpoints ModifyVpcEndpoint",
            ),
            *(
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcs",
                "route53:AssociateVPCWithHostedZone",
            ),  # behind CreateVpcEndpoint
        ),
        arns=(
            "arn:aws:ec2:{at}:vpc-endpoint/*",
            "arn:aws:ec2:{at}:vpc/*",
            "arn:aws:ec2:{at}:subnet/*",
            "arn:aws:ec2:{at}:route-table/*",
            "arn:aws:ec2:{at}:security-group/*",
            "arn:aws:route53:::hostedzone/*",
        ),
        charges=_charges,
        normal={"policy": normal.policy},
        kind="vpc-endpoint",
        listing=Listing(
            "describe_vpc_endpoints",
            "VpcEndpoints",
            "VpcEndpointId",
            "Filters",
            "VpcEndpointIds",
        ),
        unnarrowable=frozenset(
            {
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeSubnets",
                "ec2:DescribeVpcEndpoints",
                "ec2:DescribeVpcs",
            }
        ),
        lists_with=("ec2:DescribeVpcEndpoints",),
    )

    def make(self, args: VpcEndpointArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the endpoint with all that it has, since an interface without its subnets would take others."""
        members: Any = {key: getattr(args, name) for name, key in _MEMBERS.items() if getattr(args, name)}
        policy: Any = {"PolicyDocument": args.policy} if args.policy else {}
        dns: Any = {"PrivateDnsEnabled": args.private_dns} if args.type == "Interface" else {}
        made = self.client.create_vpc_endpoint(
            VpcId=args.vpc_id, ServiceName=args.service, VpcEndpointType=args.type, **members, **policy, **dns, **marked
        )
        return str(made["VpcEndpoint"]["VpcEndpointId"])

    def settled(self, resource_id: str) -> None:
        """Wait until it is available."""
        acceptors = [
            {"matcher": "pathAll", "argument": _STATES, "expected": "available", "state": "success"},
            {"matcher": "pathAny", "argument": _STATES, "expected": "failed", "state": "failure"},
            {"matcher": "pathAny", "argument": _STATES, "expected": "rejected", "state": "failure"},
            {"matcher": "error", "expected": _NOT_FOUND, "state": "retry"},
        ]
        wait_for(self.client, "DescribeVpcEndpoints", acceptors, VpcEndpointIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[VpcEndpointArgs]) -> None:
        """Change all that differs in one call."""
        have, want, different = difference.have, difference.want, dict[str, Any]()
        for name, key in _MEMBERS.items():
            old, new = set(getattr(have, name)), set(getattr(want, name))
            for verb, members in (("Add", new - old), ("Remove", old - new)):
                if members:
                    different[verb + key] = sorted(members)
        if "policy" in difference:
            different |= {"PolicyDocument": want.policy} if want.policy else {"ResetPolicy": True}
        if "private_dns" in difference:
            different["PrivateDnsEnabled"] = want.private_dns
        if different:
            self.client.modify_vpc_endpoint(VpcEndpointId=resource_id, **different)
            self.settled(resource_id)

    def state(self, found: Any) -> State[VpcEndpointArgs] | None:  # noqa: ANN401 - see Ec2Handler
        """Read the endpoint. AWS lists those that are gone for a while.

        Raises:
            ValueError: its service is in another region.

        """
        if found["State"].lower() in _LEAVING | {"failed", "rejected", "expired"}:
            return None
        if found.get("ServiceRegion", self.region) != self.region:
            raise ValueError(f"a service in {found['ServiceRegion']}")
        policy = json.loads(found["PolicyDocument"])
        interface = found["VpcEndpointType"] == "Interface"
        args = VpcEndpointArgs(
            vpc_id=found["VpcId"],
            service=found["ServiceName"],
            type=found["VpcEndpointType"],
            route_table_ids=found.get("RouteTableIds", []),
            subnet_ids=found.get("SubnetIds", []),
            security_group_ids=[group["GroupId"] for group in found.get("Groups", [])],
            private_dns=interface and found["PrivateDnsEnabled"],
            policy=None if normal.policy(policy)["Statement"] == _EVERYTHING else canonical(policy),
        )
        return State(args, {"arn": arn(found, self.region, "vpc-endpoint", found["VpcEndpointId"])})

    def delete(self, resource_id: str, args: VpcEndpointArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the endpoint and wait, since its network interfaces hold on to subnets and security groups."""
        with self.missing_is_fine():
            (found,) = self.client.describe_vpc_endpoints(VpcEndpointIds=[resource_id])["VpcEndpoints"]
            if found["State"].lower() not in _LEAVING:  # a run that was killed may have asked already
                self._remove(resource_id)
            acceptors = [
                {"matcher": "error", "expected": _NOT_FOUND, "state": "success"},
                {"matcher": "pathAll", "argument": _STATES, "expected": "deleted", "state": "success"},
            ]
            wait_for(self.client, "DescribeVpcEndpoints", acceptors, VpcEndpointIds=[resource_id])

    def _remove(self, resource_id: str) -> None:
        from pulumi_sixfold.aws.failure import raise_first  # noqa: PLC0415 - botocore is loaded by now

        answer = self.client.delete_vpc_endpoints(VpcEndpointIds=[resource_id])
        raise_first((each["Error"] for each in answer.get("Unsuccessful", [])), "DeleteVpcEndpoints")
