"""Trust in issuers where it matters most, and what moto lacks: audiences that come and go."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.iam_oidc import OpenIdConnectProviderArgs, OpenIdConnectProviderHandler
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:iam:OpenIdConnectProvider::ci"
ARN = "arn:aws:iam::123456789012:oidc-provider/ci.example.org/a"
ARGS = OpenIdConnectProviderArgs(url="https://ci.example.org/a", client_ids=["b", "c"], thumbprints=["a" * 40])
WHERE = {"OpenIDConnectProviderArn": ARN}

Make = Callable[..., Any]


def test_audiences_are_exactly_those_that_are_wanted(scripted: Make) -> None:
    found = {
        "Url": "ci.example.org/a",
        "ClientIDList": ["b", "a"],
        "ThumbprintList": ["a" * 40],
        "Tags": [{"Key": URN_TAG, "Value": URN}],
    }
    read = ("get_open_id_connect_provider", WHERE, found)
    add = ("add_client_id_to_open_id_connect_provider", WHERE | {"ClientID": "c"}, {})
    remove = ("remove_client_id_from_open_id_connect_provider", WHERE | {"ClientID": "a"}, {})
    scripted(OpenIdConnectProviderHandler, read, add, remove).update(URN, ARN, ARGS)


def test_the_order_of_audiences_means_nothing(make: Make) -> None:
    handler = make(OpenIdConnectProviderHandler)
    backwards = OpenIdConnectProviderArgs(url=ARGS.url, client_ids=["c", "b"], thumbprints=ARGS.thumbprints)
    assert handler.read(handler.create(URN, backwards)).args == ARGS


def test_an_issuer_that_another_stack_trusts_is_not_adopted(make: Make) -> None:
    handler = make(OpenIdConnectProviderHandler)
    assert handler.create("urn:other", ARGS) == ARN
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


@pytest.mark.parametrize("url", ["http://ci.example.org", "https://ci.example.org/"])
def test_an_issuer_that_aws_would_refuse_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidArgs, match="https without a slash at the end"):
        OpenIdConnectProviderArgs(url=url, thumbprints=["a" * 40])
