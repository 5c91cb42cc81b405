"""Requirements before the first change to an account. Pure: from planned and existing resources to problems."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import combinations
from typing import Any, NamedTuple

from pulumi_sixfold.kit.facts import Quota


class Problem(NamedTuple):
    """A fault that would stop an `up` half-way: its cause and its remedy."""

    what: str
    remedy: str


class Usage(NamedTuple):
    """The limit of an account for one quota, and its use."""

    quota: Quota
    limit: float
    used: int


@dataclass(frozen=True)
class Plan:
    """Demand of a stack: the number of new resources of each type, and the addresses of its networks.

    Attributes:
        more: type → how many are not there yet.
        networks: VPC → its CIDR.
        subnets: (VPC, subnet) → its CIDR.

    """

    more: Mapping[str, int]
    networks: Mapping[str, str]
    subnets: Mapping[tuple[str, str], str]


def plan(resources: Iterable[tuple[str, str, Mapping[str, Any]]], held: Iterable[str]) -> Plan:
    """Return the plan of resources (type, name and inputs), of which some types are `held` by the state already."""
    wanted = list(resources)
    more = Counter(kind for kind, _, _ in wanted)
    more.subtract(kind for kind in held if kind in more)
    return Plan(
        more={kind: count for kind, count in more.items() if count > 0},
        networks={name: inputs["cidr"] for kind, name, inputs in wanted if kind == "sixfold:ec2:Vpc"},
        subnets={
            (inputs["vpc_id"], name): inputs["cidr"] for kind, name, inputs in wanted if kind == "sixfold:ec2:Subnet"
        },
    )


def address_problems(wanted: Plan, there: Mapping[str, str]) -> Iterator[Problem]:
    """Find networks that overlap: with each other, with existing ones (`there`, VPC → CIDR), subnets in one VPC."""
    named = {f"the VPC {name}": cidr for name, cidr in wanted.networks.items()}
    others = {f"{vpc}, which is there": cidr for vpc, cidr in there.items()}
    pairs = [*combinations(named.items(), 2), *((mine, other) for mine in named.items() for other in others.items())]
    subnets = [(vpc, (f"the subnet {name}", cidr)) for (vpc, name), cidr in wanted.subnets.items()]
    pairs += [(one, two) for (vpc, one), (other, two) in combinations(subnets, 2) if vpc == other]
    for (one, cidr), (two, cidr_two) in pairs:
        if ip_network(cidr).overlaps(ip_network(cidr_two)):
            yield Problem(
                f"{one} with {cidr} overlaps {two}, with {cidr_two}",
                "give network.cidr in the stack file addresses of its own: the two could never be connected",
            )


def quota_problems(wanted: Plan, usage: Mapping[str, Usage]) -> Iterator[Problem]:
    """Find quotas that the planned resources exceed; `usage` is by type."""
    for kind, found in usage.items():
        more, quota = wanted.more.get(kind, 0), found.quota
        if found.used + more > found.limit:
            yield Problem(
                f"the stack needs {more} more {quota.what}; the account has {found.used} of at most {found.limit:g}",
                f"ask for more: aws service-quotas request-service-quota-increase --service-code {quota.service} "
                f"--quota-code {quota.code} --desired-value {found.used + more}",
            )


def permission_problems(arn: str, refused: Iterable[str]) -> Iterator[Problem]:
    """Find the actions that IAM refuses to the identity `arn`; they are one problem."""
    actions = sorted(refused)
    if actions:
        yield Problem(
            f"{arn} may not do {', '.join(actions)}",
            "attach what `sixfold deployer-policy` prints, or switch AWS_PROFILE",
        )


def place_problems(*, account: str, meant: str | None, region: str, regions: Iterable[str]) -> Iterator[Problem]:
    """Find that the account is not the stack file's, or that its region is not enabled."""
    if meant not in {None, account}:
        yield Problem(f"the AWS credentials belong to account {account}, and this stack to {meant}", "set AWS_PROFILE")
    if region not in regions:
        yield Problem(
            f"the region {region} does not exist, or account {account} has not enabled it",
            f"correct region in the stack file, or: aws account enable-region --region-name {region}",
        )
