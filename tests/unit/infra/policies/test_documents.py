"""Permissions that a policy document grants."""

import json

import pytest

from infra.policies.documents import Statement, allowing, grants, is_public
from infra.policies.values import UNKNOWN


@pytest.mark.parametrize("document", [None, UNKNOWN, {}, {"Statement": UNKNOWN}, '{"Statement":[]}'])
def test_what_says_nothing_allows_nothing(document: object) -> None:
    assert allowing(document) == []


def test_text_and_dict_mean_the_same_and_only_allow_counts() -> None:
    document = {"Statement": [{"Effect": "Allow"}, {"Effect": "Deny"}]}
    assert allowing(document) == allowing(json.dumps(document)) == [{"Effect": "Allow"}]
    assert allowing({"Statement": {"Effect": "Allow"}}) == [{"Effect": "Allow"}]


@pytest.mark.parametrize(
    ("statement", "public"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": {"AWS": ["123456789012", "*"]}}, True),
        ({"NotPrincipal": {"AWS": "123456789012"}}, True),
        ({"Principal": {"Service": "s3.amazonaws.com"}}, False),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}, False),
        ({"Principal": "*", "Condition": {"StringEquals": {"aws:SourceAccount": UNKNOWN}}}, False),
        ({"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalOrgID": "*"}}}, True),
        ({"Principal": "*", "Condition": {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}}, True),
        ({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
    ],
)
def test_everyone_is_everyone_unless_narrowed_by_who_or_what_asks(statement: Statement, public: bool) -> None:  # noqa: FBT001 - an expected value
    assert is_public(statement) is public


@pytest.mark.parametrize(
    ("statement", "granted"),
    [
        ({"Action": "s3:getobject"}, True),
        ({"Action": ["s3:Put*", "s3:Get*"]}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"Action": UNKNOWN}, False),
        ({"NotAction": "iam:*"}, True),
        ({"NotAction": "s3:*"}, False),
    ],
)
def test_actions_are_matched_as_aws_matches_them(statement: Statement, granted: bool) -> None:  # noqa: FBT001 - an expected value
    assert grants(statement, ["s3:GetObject"]) is granted
