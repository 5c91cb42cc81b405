"""AWS whose parts do not know yet of what another one has just made, or removed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi_sixfold.aws.iam import RoleArgs, RoleHandler
from pulumi_sixfold.aws.subnet import SubnetArgs, SubnetHandler
from pulumi_sixfold.aws.vpc import VpcArgs, VpcHandler
from pulumi_sixfold.kit.handler import Handler
from tests.faults._proxy import Answer, Call, Meddler, Proxy
from tests.faults._weather import refusal

TRUST = '{"Version": "2012-10-17", "Statement": []}'

Make = Callable[[type[Handler[Any]]], Any]


@dataclass
class RefuseFirst(Meddler):
    """Refuses the first call of an operation."""

    operation: str
    code: str
    message: str = ""
    asked: int = 0

    def before(self, call: Call) -> Answer | None:
        self.asked += call.operation == self.operation
        first = call.operation == self.operation and self.asked == 1
        return refusal(call, 400, self.code, self.message) if first else None


def test_a_subnet_waits_until_its_vpc_is_known(proxy: Proxy, make: Make) -> None:
    vpc = make(VpcHandler).create("urn", VpcArgs(cidr="10.9.0.0/16"))
    proxy.watch(meddler := RefuseFirst("CreateSubnet", "InvalidVpcID.NotFound"))
    handler = make(SubnetHandler)
    subnet = handler.create("urn", SubnetArgs(vpc_id=vpc, cidr="10.9.1.0/24", availability_zone="eu-west-1a"))
    assert meddler.asked == 2
    assert handler.read(subnet).args.vpc_id == vpc


def test_a_role_waits_until_those_that_it_trusts_are_known(proxy: Proxy, make: Make) -> None:
    proxy.watch(meddler := RefuseFirst("CreateRole", "MalformedPolicyDocument", "Invalid principal in policy"))
    assert make(RoleHandler).create("urn", RoleArgs(name="late", assume_role_policy=TRUST)) == "late"
    assert meddler.asked == 2


def test_a_vpc_waits_until_what_was_in_it_is_gone_for_all(proxy: Proxy, make: Make) -> None:
    handler = make(VpcHandler)
    vpc = handler.create("urn", VpcArgs(cidr="10.9.0.0/16"))
    proxy.watch(meddler := RefuseFirst("DeleteVpc", "DependencyViolation"))
    handler.delete(vpc, VpcArgs(cidr="10.9.0.0/16"))
    assert meddler.asked == 2
    assert handler.read(vpc) is None
