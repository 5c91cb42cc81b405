"""The policies of the VPC's endpoints, asked as AWS asks them: with the accounts of who calls and of what is called."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.plans.aws.endpoints import endpoint_policy

OWN, THEIRS = "123456789012", "210987654321"
VPC = f"arn:aws:ec2:eu-west-1:{OWN}:vpc/vpc-1"
DEFAULT = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
"""The policy of an endpoint that was given none."""
LAYER = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/sha256"
TAKEN_AWAY = {
    "to a bucket of theirs, with their keys": ("s3:PutObject", "arn:aws:s3:::theirs/rows", THEIRS, THEIRS),
    "to a bucket of theirs, with the pod's role": ("s3:PutObject", "arn:aws:s3:::theirs/rows", OWN, THEIRS),
    "to a bucket of theirs, with no keys": ("s3:PutObject", "arn:aws:s3:::theirs/rows", None, THEIRS),
    "from a bucket of ours, with their keys": ("s3:GetObject", "arn:aws:s3:::lake-1/rows", THEIRS, OWN),
    "by the name of a layer": ("s3:PutObject", LAYER, THEIRS, "600000000000"),
    "by a name like a layer's": ("s3:GetObject", LAYER.replace("prod", "theirs"), None, THEIRS),
}


def lets(policy: dict[str, Any], action: str, resource: str, caller: str | None, owner: str) -> bool:
    """Tell whether a policy of Allow statements lets a request through; who has no credentials has no account."""
    context = {"aws:PrincipalAccount": caller, "aws:ResourceAccount": owner}
    return any(
        any(fnmatchcase(action, each) for each in statement["Action"])
        and any(fnmatchcase(resource, each) for each in statement["Resource"])
        and all(context[key] == value for key, value in statement.get("Condition", {}).get("StringEquals", {}).items())
        for statement in policy["Statement"]
    )


@pytest.mark.parametrize("how", TAKEN_AWAY)
def test_data_is_not_taken_away_by_an_endpoint(how: str) -> None:
    assert lets(DEFAULT, *TAKEN_AWAY[how])
    assert not lets(endpoint_policy("s3", VPC), *TAKEN_AWAY[how])


def test_nor_to_a_table_of_another_account() -> None:
    policy, table = endpoint_policy("dynamodb", VPC), f"arn:aws:dynamodb:eu-west-1:{THEIRS}:table/rows"
    assert not lets(policy, "dynamodb:PutItem", table, THEIRS, THEIRS)
    assert lets(policy, "dynamodb:GetItem", table.replace(THEIRS, OWN), OWN, OWN)


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObjectVersion"])
def test_the_account_s_own_buckets_stay_reachable(action: str) -> None:
    assert lets(endpoint_policy("s3", VPC), action, "arn:aws:s3:::lake-1/rows", OWN, OWN)


@pytest.mark.parametrize("bucket", ["prod-eu-west-1-starport-layer-bucket", "prod-registry-k8s-io-eu-west-1"])
def test_layers_of_images_stay_reachable_with_no_credentials_of_the_account(bucket: str) -> None:
    assert lets(endpoint_policy("s3", VPC), "s3:GetObject", f"arn:aws:s3:::{bucket}/sha256", None, "600000000000")


def test_another_partition_has_its_own_names() -> None:
    policy = endpoint_policy("s3", f"arn:aws-cn:ec2:cn-north-1:{OWN}:vpc/vpc-1")
    assert "arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*" in policy["Statement"][1]["Resource"]
