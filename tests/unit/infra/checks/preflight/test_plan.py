"""Preflight, the pure half: requirements before the first change."""

from typing import Any

import pytest

from infra.checks.preflight.plan import (
    Plan,
    Usage,
    address_problems,
    permission_problems,
    place_problems,
    plan,
    quota_problems,
)
from pulumi_sixfold.kit.facts import Quota

VPC, SUBNET = "sixfold:ec2:Vpc", "sixfold:ec2:Subnet"
QUOTA = Quota("vpc", "L-F678F1CE", "VPCs", "ec2", "describe_vpcs", "Vpcs")


def resources(cidr: str = "10.0.0.0/16", *subnets: str) -> list[tuple[str, str, dict[str, Any]]]:
    inside = [(SUBNET, f"s{number}", {"vpc_id": "v", "cidr": each}) for number, each in enumerate(subnets)]
    return [(VPC, "network", {"cidr": cidr}), *inside]


def test_what_the_state_has_already_needs_no_quota() -> None:
    assert plan(resources(), held=[VPC, "sixfold:s3:Bucket"]).more == {}
    assert plan(resources() * 2, held=[VPC]).more == {VPC: 1}


def test_a_stack_fills_a_quota_to_the_last_and_no_further() -> None:
    wanted = plan(resources(), held=[])
    assert not list(quota_problems(wanted, {VPC: Usage(QUOTA, 5, 4)}))
    (problem,) = quota_problems(wanted, {VPC: Usage(QUOTA, 5, 5)})
    assert problem.what == "the stack needs 1 more VPCs; the account has 5 of at most 5"
    assert "--quota-code L-F678F1CE --desired-value 6" in problem.remedy


@pytest.mark.parametrize(("there", "count"), [("10.0.128.0/20", 1), ("10.0.0.0/8", 1), ("10.1.0.0/16", 0)])
def test_networks_overlap_where_one_has_addresses_of_the_other(there: str, count: int) -> None:
    assert len(list(address_problems(plan(resources(), []), {"vpc-1": there}))) == count


def test_subnets_overlap_inside_one_network_only() -> None:
    assert not list(address_problems(plan(resources("10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24"), []), {}))
    (problem,) = address_problems(plan(resources("10.0.0.0/16", "10.0.0.0/23", "10.0.1.0/24"), []), {})
    assert problem.what == "the subnet s0 with 10.0.0.0/23 overlaps the subnet s1, with 10.0.1.0/24"
    apart = Plan({}, {}, {("a", "s"): "10.0.0.0/24", ("b", "s"): "10.0.0.0/24"})
    assert not list(address_problems(apart, {}))


def test_refused_actions_are_one_problem() -> None:
    (problem,) = permission_problems("arn:me", ["s3:PutObject", "eks:CreateCluster"])
    assert problem.what == "arn:me may not do eks:CreateCluster, s3:PutObject"
    assert not list(permission_problems("arn:me", []))


@pytest.mark.parametrize(
    ("meant", "regions", "said"),
    [
        (None, ["eu-west-1"], []),
        ("111111111111", ["eu-west-1"], []),
        ("222222222222", ["eu-west-1"], ["the AWS credentials belong to account 111111111111, and this stack to 222"]),
        (None, ["us-east-1"], ["the region eu-west-1 does not exist"]),
    ],
)
def test_the_wrong_account_and_the_wrong_region_are_named(
    meant: str | None, regions: list[str], said: list[str]
) -> None:
    found = place_problems(account="111111111111", meant=meant, region="eu-west-1", regions=regions)
    assert [problem.what.startswith(each) for problem, each in zip(found, said, strict=True)] == [True] * len(said)
