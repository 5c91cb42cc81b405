"""Security groups, with exactly the rules that they are given."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.ec2 import GONE, TAGGING, Ec2Facts, Ec2Handler, Listing, arn
from pulumi_sixfold.aws.handler import TAGS, actions
from pulumi_sixfold.aws.inputs import Tags, written_as_aws_does
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Block, Input, canonical, is_later, plain
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

SELF = "self"

_Port = Input[Annotated[int, Field(ge=-1, le=65535)] | None]
# list of a permission → key of a peer in it
_PEERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}

_LISTS = ("IpPermissions", "IpPermissionsEgress")
_PARTS = (
    *("IpProtocol", "FromPort", "ToPort", "IpRanges", "Ipv6Ranges", "PrefixListIds"),
    *("UserIdGroupPairs.GroupId", "UserIdGroupPairs.Description"),
)
_OF_GROUPS = ("GroupName", "UserId", "VpcId")
_WITH_PORTS = ("tcp", "udp")
_WITH_TYPES = ("icmp", "icmpv6")


def _peer(text: str) -> str:
    return text if text == SELF or text.startswith(("sg-", "pl-")) else written_as_aws_does(text)


class Rule(Block):
    """Traffic that is allowed, from a peer or to it."""

    protocol: Input[Annotated[str, AfterValidator(normal.protocol)]] = Field(
        "tcp", description="`tcp`, `udp`, `icmp`, a number, or `-1` for all."
    )
    from_port: _Port = Field(None, description="First port, or ICMP type; None for other protocols, and for all.")
    to_port: _Port = Field(
        None, validate_default=True, description="Last port, or ICMP code; None for other protocols, and for all."
    )
    peer: Input[Annotated[str, AfterValidator(_peer)]] = Field(
        description="A CIDR, a security group, a prefix list, or `self` for the group itself."
    )
    description: Input[str] = Field("", description="Why.")

    @field_validator("to_port")
    @classmethod
    def _as_the_protocol_has_them(cls, last: int | None, given: ValidationInfo) -> int | None:
        """Refuse ports that EC2 refuses, or drops: half-way through an `up`, or at every read."""
        protocol, first = given.data.get("protocol"), given.data.get("from_port")
        if is_later([protocol, first, last]):
            return last
        if protocol in _WITH_PORTS and (first is None or last is None or not 0 <= first <= last):
            raise ValueError(f"{protocol} needs a first and a last port, from 0 on and in this order")
        if protocol in _WITH_TYPES and (first is None or last is None):
            raise ValueError(f"{protocol} needs a type as from_port and a code as to_port; -1 means all")
        if protocol not in (*_WITH_PORTS, *_WITH_TYPES) and (first, last) != (None, None):
            raise ValueError(f"the protocol {protocol} has no ports for EC2: leave from_port and to_port out")
        return last


def _sorted(rules: list[Rule]) -> list[Rule]:
    parts = plain(rules)
    if is_later(parts):
        return rules
    seen = [canonical({key: value for key, value in part.items() if key != "description"}) for part in parts]
    twice = next((part for part in seen if seen.count(part) > 1), None)
    if twice:
        raise ValueError(f"the rule {twice} stands there twice; AWS takes it once, whatever its description")
    return sorted(rules, key=lambda rule: canonical(plain(rule)))


Rules = Input[Annotated[list[Rule], AfterValidator(_sorted)]]


class SecurityGroupArgs(Args):
    """The inputs of a SecurityGroup: nothing is allowed unless a rule says so, neither in nor out."""

    vpc_id: Input[str] = Field(description="The VPC. A change replaces.")
    name: Input[Annotated[str, Field(max_length=255)] | None] = Field(
        None,
        description="1-255 characters, unique in the VPC; None: derived from the resource's name. A change replaces.",
    )
    description: Input[Annotated[str, Field(min_length=1, max_length=255)]] = Field(
        "Made by Sixfold", description="What it is for, 1-255 characters. A change replaces: AWS cannot change it."
    )
    ingress: Rules = Field(default=[], description="What may come in; exactly these rules, in any order.")
    egress: Rules = Field(default=[], description="What may go out; exactly these rules, in any order.")
    tags: Tags = Field(default={}, description=TAGS)


class SecurityGroupHandler(Ec2Handler[SecurityGroupArgs]):
    """A security group; its id is the group's."""

    facts = Ec2Facts(
        token="sixfold:ec2:SecurityGroup",
        args=SecurityGroupArgs,
        service="ec2",
        gone=GONE,
        create_only=frozenset({"vpc_id", "name", "description"}),
        identity=frozenset({"vpc_id", "name"}),
        reads={
            "DescribeSecurityGroups": reading(
                " ".join(
                    [
                        "GroupId GroupName Description VpcId OwnerId",
                        *(f"{list_}.{part}" for list_ in _LISTS for part in _PARTS),
                    ]
                ),
                at="SecurityGroups",
                theirs="SecurityGroupArn "
                + " ".join(f"{list_}.UserIdGroupPairs.{part}" for list_ in _LISTS for part in _OF_GROUPS),
            ),
        },
        outputs={"arn": "ARN of the group."},
        name_limit=255,
        actions=actions(
            "ec2",
            f"{TAGGING} AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress CreateSecurityGroup "
            "DeleteSecurityGroup "
            "DescribeSecurityGroups RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
        ),
        arns=(
            "arn:aws:ec2:{at}:security-group/*",
            "arn:aws:ec2:{at}:security-group-rule/*",
            "arn:aws:ec2:{at}:vpc/*",
        ),
        free="free",
        kind="security-group",
        listing=Listing(
            "describe_security_groups",
            "SecurityGroups",
            "GroupId",
            "Filters",
            "GroupIds",
        ),
        unnarrowable=frozenset({"ec2:DescribeSecurityGroups"}),
        lists_with=("ec2:DescribeSecurityGroups",),
    )

    def make(self, args: SecurityGroupArgs, marked: Any) -> str:  # noqa: ANN401 - see Ec2Handler
        """Make the group, with AWS's rule that everything may go out."""
        made = self.client.create_security_group(
            VpcId=args.vpc_id, GroupName=str(args.name), Description=args.description, **marked
        )
        return made["GroupId"]

    def settled(self, resource_id: str) -> None:
        """Wait until it is there."""
        wait(self.client, "security_group_exists", GroupIds=[resource_id])

    def change(self, resource_id: str, difference: Difference[SecurityGroupArgs]) -> None:
        """Take away the rules that are not wanted, then add those that are missing."""
        have, want = difference.have, difference.want
        client, group = self.client, resource_id
        for old, new, revoke, authorize in (
            (have.ingress, want.ingress, client.revoke_security_group_ingress, client.authorize_security_group_ingress),
            (have.egress, want.egress, client.revoke_security_group_egress, client.authorize_security_group_egress),
        ):
            surplus: Any = [_permission(group, rule) for rule in old if rule not in new]
            missing: Any = [_permission(group, rule) for rule in new if rule not in old]
            if surplus:
                revoke(GroupId=group, IpPermissions=surplus)
            if missing:
                authorize(GroupId=group, IpPermissions=missing)

    def state(self, found: Any) -> State[SecurityGroupArgs]:  # noqa: ANN401 - see Ec2Handler
        """Read the group."""
        group = found["GroupId"]
        args = SecurityGroupArgs(
            vpc_id=found["VpcId"],
            name=found["GroupName"],
            description=found["Description"],
            ingress=list(_rules(group, found["IpPermissions"])),
            egress=list(_rules(group, found["IpPermissionsEgress"])),
        )
        return State(args, {"arn": arn(found, self.region, "security-group", group)})

    def delete(self, resource_id: str, args: SecurityGroupArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the group; AWS refuses as long as something uses it."""
        with self.missing_is_fine():
            self.client.delete_security_group(GroupId=resource_id)


def _permission(group: str, rule: Rule) -> dict[str, Any]:
    """Return a rule as AWS takes it."""
    peer = group if rule.peer == SELF else rule.peer
    kinds = {"sg-": "UserIdGroupPairs", "pl-": "PrefixListIds"}
    where = kinds.get(peer[:3]) or ("Ipv6Ranges" if ":" in peer else "IpRanges")
    ports = {} if rule.from_port is None else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    why = {"Description": rule.description} if rule.description else {}
    return {"IpProtocol": rule.protocol, **ports, where: [{_PEERS[where]: peer, **why}]}


def _rules(group: str, permissions: Any) -> Iterator[Rule]:  # noqa: ANN401 - boto3's typed dicts
    """Yield the rules that AWS keeps in bundles of the same protocol and ports.

    Raises:
        ValueError: a bundle has no peer that a Rule has a word for.

    """
    for found in permissions:
        if not any(found.get(where) for where in _PEERS):
            raise ValueError(f"a permission of {found.get('IpProtocol')} for nobody")
        for where, key in _PEERS.items():
            for peer in found.get(where, []):
                yield Rule(
                    protocol=found["IpProtocol"],
                    from_port=found.get("FromPort"),
                    to_port=found.get("ToPort"),
                    peer=SELF if peer[key] == group else peer[key],
                    description=peer.get("Description", ""),
                )
