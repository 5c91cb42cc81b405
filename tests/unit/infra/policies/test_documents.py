"""Permissions that a policy document grants."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.policies.documents import (
    Statement,
    allowing,
    grants,
    is_every_action,
    is_every_key,
    is_everything,
    is_public,
    is_whole_service,
)
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


@pytest.mark.parametrize("pattern", ["*", "**", "?*", "*?"])
def test_what_fits_all_is_everything_however_it_is_spelt(pattern: str) -> None:
    assert is_everything(pattern)
    assert is_every_action(pattern)
    assert is_every_action(f"*:{pattern}")
    assert is_whole_service(f"s3:{pattern}")
    assert is_every_key(f"arn:aws:kms:*:*:key/{pattern}")


@pytest.mark.parametrize("pattern", ["arn:aws:kms:*", "arn:aws:kms:eu-west-1:123456789012:*", "arn:*:key/*", "*"])
def test_every_key_is_meant_by_a_pattern_that_all_keys_fit(pattern: str) -> None:
    assert is_every_key(pattern)
    assert not is_every_key("arn:aws:kms:eu-west-1:123456789012:key/0")
    assert not is_every_key("arn:aws:kms:eu-west-1:123456789012:alias/*")


@pytest.mark.parametrize(
    ("key", "one", "everybody"),
    [
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/*", "arn:*"),
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/a", "arn:aws:iam::*:role/a"),
        ("aws:SourceAccount", "123456789012", "????????????"),
        ("aws:SourceArn", "arn:aws:s3:::lake*", "arn:aws:*:*:*:*"),
        ("aws:SourceArn", "arn:aws:sns:*:123456789012:*", "arn:aws:s3:::*"),
        ("aws:PrincipalOrgID", "o-1234567890", "o-*"),
        ("aws:SourceVpce", "vpce-1", "vpce-*"),
    ],
)
def test_a_condition_that_everybody_meets_narrows_nothing(key: str, one: str, everybody: str) -> None:
    narrowed, open_to_all = ({"Principal": "*", "Condition": {"StringLike": {key: each}}} for each in (one, everybody))
    both = {"Principal": "*", "Condition": {"StringLike": {key: [one, everybody]}}}
    assert [is_public(each) for each in (narrowed, open_to_all, both)] == [False, True, True]


@given(st.text(alphabet="*?ab", max_size=6))
def test_a_pattern_is_everything_only_if_it_fits_all_texts(pattern: str) -> None:
    texts = ["a", "b", "ab", "xyz", "a-long-one"]
    assert is_everything(pattern) <= all(grants({"Action": [pattern]}, [text]) for text in texts if len(text) >= 4)
