"""Look-ups, asked over the plugin protocol as the engine asks, on a moto server."""

from collections.abc import Callable
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_sixfold.aws.eks import ClusterHandler
from pulumi_sixfold.aws.lookups import LOOKUPS, VPC, GetVpcArgs
from pulumi_sixfold.aws.vpc import VpcHandler
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import decode, encode
from pulumi_sixfold.kit.args import UNKNOWN, InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.handler import ProviderArgs

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def answer(moto: str) -> Callable[..., Any]:
    """A function that gives the plugin's answer to a look-up."""
    plugin = Servicer([VpcHandler, ClusterHandler], LOOKUPS)
    plugin.Configure(pb.ConfigureRequest(args=encode({"region": "eu-west-1", "endpoint": moto})), Mock())
    return lambda token, **args: plugin.Invoke(pb.InvokeRequest(tok=f"sixfold:{token}", args=encode(args)), Mock())


@pytest.fixture
def ask(answer: Callable[..., Any]) -> Ask:
    return lambda token, **args: decode(getattr(answer(token, **args), "return")).values


def test_the_caller_and_the_region_are_the_providers(ask: Ask) -> None:
    assert ask("sts:getCallerIdentity")["account"] == "123456789012"
    assert ask("ec2:getRegion") == {"name": "eu-west-1"}


def test_the_zones_are_those_of_the_region(ask: Ask) -> None:
    assert ask("ec2:getAvailabilityZones")["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


@pytest.mark.parametrize("by", ["id", "tags"])
def test_a_vpc_is_found_by_its_id_or_tags(ask: Ask, client: Callable[[str], Any], by: str) -> None:
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "shared"}]}]
    vpc = client("ec2").create_vpc(CidrBlock="10.9.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    subnet = client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    found = ask("ec2:getVpc", **({"id": vpc} if by == "id" else {"tags": {"Name": "shared"}}))
    arn = f"arn:aws:ec2:eu-west-1:123456789012:vpc/{vpc}"
    expected = {"id": vpc, "arn": arn, "cidr": "10.9.0.0/16", "subnet_ids": [subnet], "tags": {"Name": "shared"}}
    assert found == expected


def test_a_vpc_that_is_not_there_is_an_error_with_what_was_asked(moto: str) -> None:
    handler = VpcHandler(ProviderArgs(region="eu-west-1", endpoint=moto), Event())
    with pytest.raises(ProviderError, match=r"tag:Name=none must fit one VPC in eu-west-1, and fits none"):
        VPC.ask(handler, GetVpcArgs(tags={"Name": "none"}))


def test_a_cluster_is_found_by_its_name(ask: Ask, client: Callable[[str], Any]) -> None:
    role = "arn:aws:iam::123456789012:role/eks"
    client("eks").create_cluster(name="shared", roleArn=role, resourcesVpcConfig={"subnetIds": []}, version="1.33")
    found = ask("eks:getCluster", name="shared")
    assert (found["name"], found["version"]) == ("shared", "1.33")
    assert found["endpoint"].startswith("https://")


def test_what_is_not_known_yet_is_not_asked(ask: Ask) -> None:
    assert set(ask("ec2:getVpc", id=UNKNOWN).values()) == {UNKNOWN}


def test_a_refused_input_is_named(answer: Callable[..., Any]) -> None:
    assert [failure.property for failure in answer("eks:getCluster").failures] == ["name"]


def test_a_misspelt_input_fails_where_it_is_written() -> None:
    with pytest.raises(InvalidArgs, match="did you mean 'tags'"):
        GetVpcArgs(tag={})  # type: ignore[call-arg] # what is tested
