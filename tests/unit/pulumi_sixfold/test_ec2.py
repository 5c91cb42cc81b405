"""Networks: what a run that died left behind is taken up again, and nobody else's is touched."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber

from pulumi_sixfold.aws.gateways import NatGatewayArgs, NatGatewayHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.route_table import RouteTableArgs, RouteTableHandler
from pulumi_sixfold.aws.security_group import Rule, SecurityGroupArgs, SecurityGroupHandler
from pulumi_sixfold.aws.subnet import SubnetArgs, SubnetHandler
from pulumi_sixfold.aws.vpc import VpcArgs, VpcHandler
from pulumi_sixfold.aws.vpc_endpoint import VpcEndpointArgs, VpcEndpointHandler
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.difference import Difference

URN = "urn:pulumi:dev::project::sixfold:x:Y::thing"
MARK = [{"Key": URN_TAG, "Value": URN}]

Make = Callable[..., Any]


@pytest.fixture
def ec2(client: Callable[[str], Any]) -> Any:
    return client("ec2")


@pytest.fixture
def vpc(ec2: Any) -> str:
    vpc_id: str = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return vpc_id


@pytest.fixture
def subnet(ec2: Any, vpc: str) -> str:
    subnet_id: str = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    return subnet_id


def test_a_vpc_of_a_create_that_died_is_adopted(make: Make) -> None:
    handler, args = make(VpcHandler), VpcArgs(cidr="10.2.0.0/16")
    assert handler.create(URN, args) == handler.create(URN, args)


def test_a_vpc_that_is_to_be_replaced_is_not_adopted(make: Make) -> None:
    handler = make(VpcHandler)
    old = handler.create(URN, VpcArgs(cidr="10.2.0.0/16"))
    assert handler.create(URN, VpcArgs(cidr="10.3.0.0/16")) != old


def test_somebody_elses_subnet_is_not_adopted(make: Make, vpc: str) -> None:
    args = SubnetArgs(vpc_id=vpc, cidr="10.0.5.0/24", availability_zone="eu-west-1a")
    make(SubnetHandler).create(URN + "s", args)
    with pytest.raises(ClientError, match=r"InvalidSubnet\.Conflict"):
        make(SubnetHandler).create(URN, args)


def test_the_elastic_ip_of_a_create_that_died_is_used(make: Make, ec2: Any, subnet: str) -> None:
    tags = [{"ResourceType": "elastic-ip", "Tags": MARK}]
    left = ec2.allocate_address(Domain="vpc", TagSpecifications=tags)["PublicIp"]
    handler = make(NatGatewayHandler)
    made = handler.create(URN, NatGatewayArgs(subnet_id=subnet))
    assert handler.read(made).outputs == {"public_ip": left}


def test_a_nat_gateways_own_elastic_ip_has_its_tags_and_goes_with_it(make: Make, ec2: Any, subnet: str) -> None:
    handler, args = make(NatGatewayHandler), NatGatewayArgs(subnet_id=subnet, tags={"a": "b"})
    made = handler.create(URN, NatGatewayArgs(subnet_id=subnet))
    handler.update(URN, made, args)
    assert {"Key": "a", "Value": "b"} in ec2.describe_addresses()["Addresses"][0]["Tags"]
    handler.delete(made, args)
    assert ec2.describe_addresses()["Addresses"] == []


def test_the_elastic_ip_of_a_removal_that_died_goes_with_the_next(make: Make, ec2: Any, subnet: str) -> None:
    handler, args = make(NatGatewayHandler), NatGatewayArgs(subnet_id=subnet)
    made = handler.create(URN, args)
    ec2.delete_nat_gateway(NatGatewayId=made)
    assert handler.read(made).args.subnet_id == ""
    handler.delete(made, args)
    assert ec2.describe_addresses()["Addresses"] == []
    assert handler.read(made) is None


def test_an_elastic_ip_whose_gateway_is_forgotten_is_a_leak(make: Make, ec2: Any) -> None:
    handler, left = make(NatGatewayHandler), ec2.allocate_address(Domain="vpc")["AllocationId"]
    arn = f"arn:aws:ec2:eu-west-1:123456789012:elastic-ip/{left}"
    assert handler.remains(arn)
    ec2.release_address(AllocationId=left)
    assert not handler.remains(arn)


def test_a_gateway_that_had_a_given_elastic_ip_leaves_that_of_its_successor(make: Make, ec2: Any, subnet: str) -> None:
    handler, given = make(NatGatewayHandler), ec2.allocate_address(Domain="vpc")["AllocationId"]
    old = handler.create(URN, NatGatewayArgs(subnet_id=subnet, allocation_id=given))
    new = handler.create(URN, NatGatewayArgs(subnet_id=subnet))
    handler.delete(old, NatGatewayArgs(subnet_id=subnet, allocation_id=given))
    assert handler.read(new).args == NatGatewayArgs(subnet_id=subnet)
    assert len(ec2.describe_addresses()["Addresses"]) == 2


def test_a_given_elastic_ip_stays(make: Make, ec2: Any, subnet: str) -> None:
    given = ec2.allocate_address(Domain="vpc")["AllocationId"]
    handler, args = make(NatGatewayHandler), NatGatewayArgs(subnet_id=subnet, allocation_id=given)
    made = handler.create(URN, args)
    assert handler.read(made).args == args
    handler.delete(made, args)
    assert [address["AllocationId"] for address in ec2.describe_addresses()["Addresses"]] == [given]


def test_a_subnet_moves_from_one_table_to_another_in_either_order(make: Make, vpc: str, subnet: str) -> None:
    handler, used, unused = make(RouteTableHandler), *[RouteTableArgs(vpc_id=vpc, subnet_ids=s) for s in ([subnet], [])]
    old, new = handler.create(URN + "1", used), handler.create(URN + "2", unused)
    handler.update(URN + "1", old, used)
    handler.update(URN + "2", new, used)
    handler.update(URN + "1", old, unused)
    assert (handler.read(old).args, handler.read(new).args) == (unused, used)


def test_a_route_may_lead_to_a_known_kind_of_target_only() -> None:
    with pytest.raises(InvalidArgs, match="routes"):
        RouteTableArgs(vpc_id="vpc-1", routes={"0.0.0.0/0": "my gateway"})


def test_rules_mean_the_same_in_any_order() -> None:
    rules = [Rule(from_port=port, to_port=port, peer="self") for port in (80, 443)]
    assert SecurityGroupArgs(vpc_id="v", ingress=rules) == SecurityGroupArgs(vpc_id="v", ingress=rules[::-1])


def test_a_group_allows_nothing_that_it_is_not_told(make: Make, vpc: str) -> None:
    handler, args = make(SecurityGroupHandler), SecurityGroupArgs(vpc_id=vpc, name="closed")
    made = handler.create(URN, args)
    assert handler.read(made).args.egress
    handler.update(URN, made, args)
    assert handler.read(made).args == args


@pytest.mark.parametrize(
    ("change", "request_part"),
    [
        ({"private_dns": False}, {"PrivateDnsEnabled": False}),
        ({"policy": None}, {"ResetPolicy": True}),
        ({"subnet_ids": ["subnet-2"]}, {"AddSubnetIds": ["subnet-2"], "RemoveSubnetIds": ["subnet-1"]}),
    ],
)
def test_an_endpoint_changes_in_one_call(make: Make, change: dict[str, Any], request_part: dict[str, Any]) -> None:
    handler = make(VpcEndpointHandler)
    have = VpcEndpointArgs(
        vpc_id="v", service="s", type="Interface", private_dns=True, policy='{"Statement":[]}', subnet_ids=["subnet-1"]
    )
    with Stubber(handler.client) as stub:
        stub.add_response("modify_vpc_endpoint", {"Return": True}, {"VpcEndpointId": "vpce-1", **request_part})
        available = {"VpcEndpoints": [{"State": "available"}]}
        stub.add_response("describe_vpc_endpoints", available, {"VpcEndpointIds": ["vpce-1"]})
        handler.change("vpce-1", Difference(have, have.model_copy(update=change), frozenset(change)))
        stub.assert_no_pending_responses()


def test_an_endpoint_that_aws_refuses_is_an_error_at_once(make: Make) -> None:
    handler = make(VpcEndpointHandler)
    with Stubber(handler.client) as stub:
        stub.add_response("describe_vpc_endpoints", {"VpcEndpoints": [{"State": "failed"}]})
        with pytest.raises(WaiterError, match="terminal failure"):
            handler.settled("vpce-1")


def test_an_endpoint_that_leaves_already_is_not_removed_a_second_time(make: Make) -> None:
    handler = make(VpcEndpointHandler)
    with Stubber(handler.client) as stub:
        for state in ("deleting", "deleted"):
            stub.add_response("describe_vpc_endpoints", {"VpcEndpoints": [{"State": state}]})
        handler.delete("vpce-1", VpcEndpointArgs(vpc_id="v", service="s"))
        stub.assert_no_pending_responses()


def test_a_refusal_in_the_answer_to_a_removal_is_an_error(make: Make) -> None:
    handler = make(VpcEndpointHandler)
    refused = {"ResourceId": "vpce-1", "Error": {"Code": "OperationNotPermitted", "Message": "it is in use"}}
    with Stubber(handler.client) as stub:
        stub.add_response("describe_vpc_endpoints", {"VpcEndpoints": [{"State": "available"}]})
        stub.add_response("delete_vpc_endpoints", {"Unsuccessful": [refused]})
        with pytest.raises(ClientError, match="it is in use"):
            handler.delete("vpce-1", VpcEndpointArgs(vpc_id="v", service="s"))
