"""The rule about VPC endpoints: broken in each way, kept in each way, and what is not known yet."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.plans.aws.endpoints import endpoint_policy
from infra.policies.catalogue import RULES
from infra.policies.values import UNKNOWN

Props = dict[str, Any]
(RULE,) = (rule for rule in RULES if rule.id == "Endpoint.1")
ACCOUNT, ORGANISATION = "123456789012", "o-a0b2c3d4e5"
S3, VPC = "com.amazonaws.eu-west-1.s3", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/vpc-1"
LAYERS = "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"


def allow(condition: Any = None, action: Any = "s3:*", resource: Any = "*", **more: Any) -> Props:
    statement = {"Sid": "Told", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, **more}
    return {"Statement": [statement | ({"Condition": condition} if condition is not None else {})]}


def equals(value: Any, key: str = "aws:ResourceAccount", operator: str = "StringEquals") -> Props:
    return allow({operator: {key: value}})


def caught(policy: Any, service: Any = S3, **more: Any) -> list[str]:
    return list(RULE.check({"vpc_id": "vpc-1", "service": service, "policy": policy, **more}))


BROKEN = {
    "AWS's own default": allow(action="*"),
    "the default as text": json.dumps(allow(action="*")),
    "no condition": allow(),
    "an empty condition": allow({}),
    "another key": equals(ACCOUNT, "aws:PrincipalAccount"),
    "any account": equals("*", operator="StringLike"),
    "a pattern of accounts": equals("1234*", operator="StringLike"),
    "whoever comes": equals("${aws:PrincipalAccount}"),
    "more than an account": equals(f"{ACCOUNT}0"),
    "an account and all others": equals([ACCOUNT, "*"], operator="StringLike"),
    "no account": equals([]),
    "a number": equals(123456789012),
    "the opposite": equals(ACCOUNT, operator="StringNotEquals"),
    "where there is a key": equals(ACCOUNT, operator="StringEqualsIfExists"),
    "a condition that is none": allow({"StringEquals": ACCOUNT}),
    "an organisation as account": equals(ORGANISATION),
    "half an organisation": equals("o-", "aws:ResourceOrgID"),
    "writing to a bucket": allow(action=["s3:GetObject", "s3:PutObject"], resource=LAYERS),
    "reading all buckets": allow(action="s3:GetObject", resource=[LAYERS, "*"]),
    "reading buckets of a pattern": allow(action="s3:GetObject", resource="arn:aws:s3:::prod-*/x"),
    "reading what is not named": allow(action="s3:GetObject", resource=[], NotResource=LAYERS),
    "all actions but some": allow(action=[], resource=LAYERS, NotAction="s3:PutObject"),
    "a second statement": {"Statement": [*equals(ACCOUNT)["Statement"], *allow()["Statement"]]},
}
CLEAN = {
    "the platform's S3": endpoint_policy("s3", VPC),
    "the platform's DynamoDB": endpoint_policy("dynamodb", VPC),
    "an account": equals(ACCOUNT),
    "an account in text": json.dumps(equals(ACCOUNT)),
    "an account by another operator": equals(ACCOUNT, operator="StringLike"),
    "accounts": equals([ACCOUNT, "210987654321"]),
    "the organisation": equals(ORGANISATION, "aws:ResourceOrgID"),
    "a key in small letters": equals(ACCOUNT, "aws:resourceaccount"),
    "more tests": allow({"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:ResourceAccount": ACCOUNT}}),
    "more keys": allow({"StringEquals": {"aws:PrincipalAccount": "*", "aws:ResourceAccount": ACCOUNT}}),
    "reading a bucket": allow(action=["s3:GetObject", "s3:GetObjectVersion"], resource=[LAYERS]),
    "nothing allowed": {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]},
}


@pytest.mark.parametrize("how", BROKEN)
def test_an_endpoint_that_leads_out_of_the_account_is_refused(how: str) -> None:
    assert caught(BROKEN[how]) == ["statement Told of the policy leads to resources of any account"]


@pytest.mark.parametrize("type", ["Gateway", "Interface"])
def test_an_endpoint_without_a_policy_has_the_one_that_lets_everybody_through(type: str) -> None:  # noqa: A002
    assert caught(None, type=type) == ["it has no policy, and leads everybody to every account"]
    assert list(RULE.check({"vpc_id": "vpc-1", "service": S3, "type": type}))


@pytest.mark.parametrize("how", CLEAN)
def test_an_endpoint_that_stays_inside_passes_whatever_of_it_is_unknown(
    how: str, each_part_unknown: Callable[[Any], Iterator[Any]]
) -> None:
    for policy in (CLEAN[how], *each_part_unknown(CLEAN[how])):
        assert caught(policy) == []


def test_what_is_not_known_yet_passes() -> None:
    assert caught(UNKNOWN) == []
    assert caught(None, service=UNKNOWN) == []
    assert caught(equals([UNKNOWN, ACCOUNT])) == []
    assert caught(equals([UNKNOWN, "*"])) != []


def test_a_service_that_somebody_else_offers_takes_no_policy() -> None:
    assert caught(None, service="com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d4e5f6a7b8") == []
    assert caught(None, service="com.amazonaws.eu-west-1.vpce") != []
    assert RULE.covers("sixfold:ec2:VpcEndpoint")
