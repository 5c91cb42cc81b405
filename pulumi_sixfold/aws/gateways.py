"""The ways out of a VPC: internet gateways, and NAT gateways with an elastic IP of their own or a given one."""

from typing import Any

from pydantic import Field

from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing, arn
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, actions, from_pairs
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Quota
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

_OF_ADDRESSES = (
    *("AssociationId", "AvailabilityZone", "AvailabilityZoneId", "FailureMessage", "IsPrimary"),
    *("NetworkInterfaceId", "PrivateIp", "Status"),
)


_OF_AN_ADDRESS = (
    *("AssociationId", "CarrierIp", "CustomerOwnedIp", "CustomerOwnedIpv4Pool", "Domain", "InstanceId"),
    *("NetworkBorderGroup", "NetworkInterfaceId", "NetworkInterfaceOwnerId", "PrivateIpAddress", "PublicIp"),
    *("PublicIpv4Pool", "ServiceManaged", "SubnetId", "Tags"),
)
"""Members of an elastic IP, which is the gateway's own where the gateway made it: found by its mark."""


class InternetGatewayArgs(Args):
    """The inputs of an InternetGateway."""

    vpc_id: Input[str | None] = Field(None, description="The VPC that it is attached to; None: to none.")
    tags: Tags = Field(default={}, description=TAGS)


class InternetGatewayHandler(Ec2Handler[InternetGatewayArgs]):
    """An internet gateway; its id is the gateway's."""

    facts = Ec2Facts(
        token="sixfold:ec2:InternetGateway",
        args=InternetGatewayArgs,
        service="ec2",
        gone=GONE,
        identity=frozenset({"vpc_id"}),
        reads={
            "DescribeInternetGateways": reading(
                "InternetGatewayId OwnerId Attachments.VpcId",
                at="InternetGateways",
                theirs="Attachments.State",
                most={"Attachments": 1},
            ),
        },
        outputs={"arn": "ARN of the gateway."},
        actions=actions(
            "ec2",
            f"{TAGGING} AttachInternetGateway CreateInternetGateway DeleteInternetGateway DescribeInternetGateways "
            "DetachInternetGateway",
        ),
        arns=(
            "arn:aws:ec2:{at}:internet-gateway/*",
            "arn:aws:ec2:{at}:vpc/*",
        ),
        free="by the byte",
        kind="internet-gateway",
        listing=Listing(
            "describe_internet_gateways",
            "InternetGateways",
            "InternetGatewayId",
            "Filters",
            "InternetGatewayIds",
        ),
        unnarrowable=frozenset({"ec2:DescribeInternetGateways"}),
        lists_with=("ec2:DescribeInternetGateways",),
        quota=Quota("vpc", "L-A4707A72", "internet gateways", "ec2", "describe_internet_gateways", "InternetGateways"),
    )

    def make(self, args: InternetGatewayArgs, marked: Any) -> str:  # noqa: ANN401, ARG002 - see Ec2Handler
        """Make the gateway, not attached yet."""
        return self.client.create_internet_gateway(**marked)["InternetGateway"]["InternetGatewayId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is there."""
        wait(self.client, "internet_gateway_exists", InternetGatewayIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[InternetGatewayArgs]) -> None:
        """Move it to another VPC."""
        self._move(resource_id, difference.have.vpc_id, difference.want.vpc_id)

    def state(self, found: Any) -> State[InternetGatewayArgs]:  # noqa: ANN401 - see Ec2Handler
        """Read the gateway."""
        args = InternetGatewayArgs(vpc_id=_attached_to(found))
        return State(args, {"arn": arn(found, self.region, "internet-gateway", found["InternetGatewayId"])})

    def delete(self, resource_id: str, args: InternetGatewayArgs) -> None:  # noqa: ARG002 - the id says all
        """Detach the gateway and remove it."""
        with self.missing_is_fine():
            (found,) = self.client.describe_internet_gateways(InternetGatewayIds=[resource_id])["InternetGateways"]
            self._move(resource_id, _attached_to(found), None)
            self.client.delete_internet_gateway(InternetGatewayId=resource_id)

    def _move(self, resource_id: str, old: str | None, new: str | None) -> None:
        if old:
            self.client.detach_internet_gateway(InternetGatewayId=resource_id, VpcId=old)
        if new:
            self.client.attach_internet_gateway(InternetGatewayId=resource_id, VpcId=new)


def _attached_to(found: Any) -> str | None:  # noqa: ANN401 - an item of the listing
    return next((each["VpcId"] for each in found.get("Attachments", []) if each["State"] != "detached"), None)


class NatGatewayArgs(Args):
    """The inputs of a NatGateway: public, with an elastic IP of its own unless one is given."""

    subnet_id: Input[str] = Field(description="A public subnet, which it stands in. A change replaces.")
    allocation_id: Input[str | None] = Field(
        None,
        description="Elastic IP that it uses; None: one of its own, that goes with it. A change replaces.",
    )
    tags: Tags = Field(default={}, description=TAGS)


class NatGatewayHandler(Ec2Handler[NatGatewayArgs]):
    """A NAT gateway; its id is the gateway's. AWS takes minutes to make and to remove one, and both are waited for."""

    facts = Ec2Facts(
        token="sixfold:ec2:NatGateway",
        args=NatGatewayArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"subnet_id", "allocation_id"}),
        identity=frozenset({"allocation_id"}),
        reads={
            "DescribeNatGateways": reading(
                "SubnetId NatGatewayAddresses.AllocationId NatGatewayAddresses.PublicIp",
                at="NatGateways",
                theirs="CreateTime DeleteTime FailureCode FailureMessage NatGatewayId ProvisionedBandwidth State VpcId "
                + " ".join(f"NatGatewayAddresses.{part}" for part in _OF_ADDRESSES),
                fixed={
                    "AutoProvisionZones": "disabled",
                    "AutoScalingIps": "disabled",
                    "AvailabilityMode": "zonal",
                    "ConnectivityType": "public",
                },
                most={"NatGatewayAddresses": 1},
            ),
            "DescribeAddresses": reading(
                "Addresses.AllocationId", theirs=" ".join(f"Addresses.{part}" for part in _OF_AN_ADDRESS)
            ),  # one of its own, found by its mark
        },
        outputs={"public_ip": "The address that the internet sees."},
        actions=actions(
            "ec2",
            f"{TAGGING} AllocateAddress CreateNatGateway DeleteNatGateway DescribeAddresses DescribeNatGateways "
            "ReleaseAddress",
        ),
        arns=(
            "arn:aws:ec2:{at}:natgateway/*",
            "arn:aws:ec2:{at}:elastic-ip/*",
            "arn:aws:ec2:{at}:subnet/*",
            "arn:aws:ec2:{at}:vpc/*",
        ),
        charges=lambda _: [
            Charge("nat_gateway_hour", what="gateway"),
            Charge("public_ipv4_hour", what="public address"),
        ],
        kind="natgateway",
        listing=Listing(
            "describe_nat_gateways",
            "NatGateways",
            "NatGatewayId",
            "Filter",
            "NatGatewayIds",
        ),
        unnarrowable=frozenset({"ec2:DescribeAddresses", "ec2:DescribeNatGateways"}),
        lists_with=("ec2:DescribeNatGateways",),
        quota=Quota("ec2", "L-0263D0A3", "elastic IPs", "ec2", "describe_addresses", "Addresses"),
    )
    # Two gateways cannot share an elastic IP, and the own one is found by the URN that both would have.

    def make(self, args: NatGatewayArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the gateway, after an elastic IP for it; that of a create that died is taken again."""
        tags = marked["TagSpecifications"][0]["Tags"]
        allocation = args.allocation_id or self._own(from_pairs(tags)[URN_TAG]) or self._allocate(tags)
        made = self.client.create_nat_gateway(SubnetId=args.subnet_id, AllocationId=allocation, **marked)
        return made["NatGateway"]["NatGatewayId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is available."""
        wait(self.client, "nat_gateway_available", NatGatewayIds=[resource_id])

    def settle_tags(self, resource_id: str, difference: Difference[NatGatewayArgs]) -> None:
        """Tag the gateway, and its own elastic IP."""
        super().settle_tags(resource_id, difference)
        for own in self._marked_addresses(difference.tags[URN_TAG]):
            self.tag(own["AllocationId"], from_pairs(own["Tags"]), difference.tags)

    def state(self, found: Any) -> State[NatGatewayArgs] | None:  # noqa: ANN401 - see Ec2Handler
        """Read the gateway. AWS lists those that are gone, or never came about, for an hour.

        One that leaves while its own elastic IP is there stands in no subnet: whoever removed it did not come to the
        end. A destroy then removes what is left, and an up replaces it.
        """
        if found["State"] == "failed":
            return None
        own = self._own_of(found)
        if found["State"] in {"deleting", "deleted"}:
            return State(NatGatewayArgs(subnet_id=""), {"public_ip": ""}) if own else None
        address = found["NatGatewayAddresses"][0]
        args = NatGatewayArgs(subnet_id=found["SubnetId"], allocation_id=None if own else address.get("AllocationId"))
        return State(args, {"public_ip": address.get("PublicIp", "")})

    def delete(self, resource_id: str, args: NatGatewayArgs) -> None:  # noqa: ARG002 - what is there says all
        """Remove the gateway, and then its own elastic IP; either may be gone already."""
        with self.missing_is_fine():
            (found,) = self.client.describe_nat_gateways(NatGatewayIds=[resource_id])["NatGateways"]
            own = self._own_of(found)
            with self.missing_is_fine():
                self.client.delete_nat_gateway(NatGatewayId=resource_id)
                wait(self.client, "nat_gateway_deleted", NatGatewayIds=[resource_id])
            if own:
                self.client.release_address(AllocationId=own)

    def remains(self, arn: str) -> bool:
        """Return whether the gateway, or the elastic IP of one, is there."""
        if ":elastic-ip/" not in arn:
            return super().remains(arn)
        its: Any = [{"Name": "allocation-id", "Values": [self.id_of(arn)]}]
        return bool(self.client.describe_addresses(Filters=its)["Addresses"])

    def _own_of(self, found: Any) -> str | None:  # noqa: ANN401 - an item of the listing
        """Return the elastic IP that was made for a gateway; None where it has a given one, or has none any more."""
        own = self._own(from_pairs(found.get("Tags", [])).get(URN_TAG, ""))
        return own if own in {each.get("AllocationId") for each in found["NatGatewayAddresses"]} else None

    def _own(self, urn: str) -> str | None:
        """Return the elastic IP that a URN made."""
        return next((found["AllocationId"] for found in self._marked_addresses(urn)), None)

    def _marked_addresses(self, urn: str) -> list[Any]:
        marked: Any = [{"Name": f"tag:{URN_TAG}", "Values": [urn]}]
        return list(self.client.describe_addresses(Filters=marked)["Addresses"]) if urn else []

    def _allocate(self, tags: Any) -> str:  # noqa: ANN401 - boto3's typed dict
        marked: Any = [{"ResourceType": "elastic-ip", "Tags": tags}]
        return self.client.allocate_address(Domain="vpc", TagSpecifications=marked)["AllocationId"]
