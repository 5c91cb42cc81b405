"""A create that AWS carried out, and whose answer was lost."""

from collections.abc import Callable
from typing import Any

import boto3

from pulumi_sixfold.aws.kms import KeyArgs, KeyHandler
from pulumi_sixfold.aws.vpc import VpcArgs, VpcHandler
from pulumi_sixfold.engine.protocol import _create
from tests.faults._proxy import Answer, Call, Meddler, NoAnswerError, Proxy
from tests.faults._weather import failed

Make = Callable[..., Any]


class LoseFirst(Meddler):
    """Loses the answer to the first call of an operation."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.lost = 0

    def after(self, call: Call, answer: Answer) -> Answer:
        if call.operation == self.operation and not self.lost:
            self.lost += 1
            return self.instead(call)
        return answer

    def instead(self, call: Call) -> Answer:
        raise NoAnswerError(str(call))


class FailFirst(LoseFirst):
    """Answers the first call of an operation with a 500, though moto has carried it out."""

    def instead(self, call: Call) -> Answer:
        return failed(call, None)


def test_a_vpc_is_not_made_twice(proxy: Proxy, make: Make, moto: str) -> None:
    proxy.watch(meddler := LoseFirst("CreateVpc"))
    made = _create(make(VpcHandler), "urn", VpcArgs(cidr="10.9.0.0/16"))
    vpcs = boto3.client("ec2", endpoint_url=moto).describe_vpcs()["Vpcs"]
    assert meddler.lost
    assert [vpc["VpcId"] for vpc in vpcs if vpc["CidrBlock"] == "10.9.0.0/16"] == [made]


def test_a_key_is_not_made_twice(proxy: Proxy, make: Make, moto: str) -> None:
    proxy.watch(meddler := LoseFirst("CreateKey"))
    made = _create(make(KeyHandler), "urn", KeyArgs(name="once"))
    assert meddler.lost
    assert [key["KeyId"] for key in boto3.client("kms", endpoint_url=moto).list_keys()["Keys"]] == [made]


def test_a_vpc_is_not_made_twice_where_aws_fails_after_it_made_it(proxy: Proxy, make: Make, moto: str) -> None:
    proxy.watch(meddler := FailFirst("CreateVpc"))
    made = _create(make(VpcHandler), "urn", VpcArgs(cidr="10.8.0.0/16"))
    vpcs = boto3.client("ec2", endpoint_url=moto).describe_vpcs()["Vpcs"]
    assert meddler.lost
    assert [vpc["VpcId"] for vpc in vpcs if vpc["CidrBlock"] == "10.8.0.0/16"] == [made]
