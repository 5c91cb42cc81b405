"""The AWS part of a stack on Kubernetes, on the real engine and a moto server: network, cluster, data, roles."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

ROOT = Path(__file__).parents[2]
CLUSTER = {"sixfold:ec2:NatGateway", "sixfold:eks:Cluster", "sixfold:eks:NodeGroup", "sixfold:eks:Addon"}


@pytest.fixture
def dev(moto: str, pulumi_project: Callable[..., Any]) -> Any:
    """The dev stack, with moto as its AWS."""
    settings = yaml.safe_load((ROOT / "stacks" / "Pulumi.dev.yaml").read_text())["config"]["sixfold:platform"]
    program = (ROOT / "infra" / "__main__.py").read_text()
    return pulumi_project(program, platform=json.dumps(settings | {"aws_endpoint": moto}))


def test_dev_comes_up_in_one_pass_stays_and_goes(dev: Any, moto: str) -> None:
    before = left(moto)
    dev.up()
    assert {resource["type"] for resource in dev.stack_export()["deployment"]["resources"]} >= CLUSTER
    assert left(moto) != before
    dev.preview("--expect-no-changes")
    dev.refresh("--expect-no-changes")
    dev.destroy()
    assert left(moto) == before


def left(moto: str) -> dict[str, list[str]]:
    """Return what is in the account, of the kinds that cost money or let somebody in."""
    ec2, eks, iam, s3 = (boto3.client(name, endpoint_url=moto) for name in ("ec2", "eks", "iam", "s3"))  # type: ignore[call-overload]
    return {
        "networks": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]],
        "gateways": [nat["State"] for nat in ec2.describe_nat_gateways()["NatGateways"] if nat["State"] != "deleted"],
        "addresses": [address["PublicIp"] for address in ec2.describe_addresses()["Addresses"]],
        "clusters": eks.list_clusters()["clusters"],
        "roles": [role["RoleName"] for role in iam.list_roles()["Roles"]],
        "buckets": [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]],
    }
