"""Clusters: what moto lacks, and waiting."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from pulumi_sixfold.aws.eks import ClusterArgs, ClusterHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.deadline import within
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:eks:Cluster::main"
ROLE = "arn:aws:iam::123456789012:role/control-plane"
ARGS = ClusterArgs(name="main", role_arn=ROLE, version="1.33", subnet_ids=["subnet-a", "subnet-b"])
CLUSTER = {
    "name": "main",
    "arn": "arn:aws:eks:eu-west-1:123456789012:cluster/main",
    "status": "ACTIVE",
    "version": "1.33",
    "roleArn": ROLE,
    "resourcesVpcConfig": {
        "subnetIds": ["subnet-b", "subnet-a"],
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
    },
    "logging": {"clusterLogging": [{"types": ["api", "audit", "authenticator"], "enabled": True}]},
    "deletionProtection": False,
    "tags": {URN_TAG: URN},
}
READ = ("describe_cluster", {"name": "main"}, {"cluster": CLUSTER})
BEGUN = {"update": {"id": "u-1", "status": "InProgress"}}

Make = Callable[..., Any]


def ended(status: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "describe_update", {"name": "main", "updateId": "u-1"}, {"update": {"id": "u-1", "status": status}}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of waiters, which take no time here."""
    made: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", made.append)
    return made


def test_a_new_version_is_waited_for(scripted: Make, pauses: list[float]) -> None:
    put = ("update_cluster_version", {"name": "main", "version": "1.34"}, BEGUN)
    handler = scripted(ClusterHandler, READ, READ, put, ended("InProgress"), ended("Successful"))
    handler.update(URN, "main", ARGS.model_copy(update={"version": "1.34"}))
    assert pauses == [15]


def test_subnets_and_access_are_changed_one_after_the_other(scripted: Make) -> None:
    network = {"subnetIds": ["subnet-c"], "securityGroupIds": []}
    access = {"endpointPrivateAccess": True, "endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]}
    calls = [
        ("update_cluster_config", {"name": "main", "resourcesVpcConfig": part}, BEGUN) for part in (network, access)
    ]
    handler = scripted(ClusterHandler, READ, READ, calls[0], ended("Successful"), calls[1], ended("Successful"))
    changes = {"subnet_ids": ["subnet-c"], "public_access": True, "public_cidrs": ["192.0.2.0/24"]}
    handler.update(URN, "main", ARGS.model_copy(update=changes))


def test_protection_is_switched_on(scripted: Make) -> None:
    put = ("update_cluster_config", {"name": "main", "deletionProtection": True}, BEGUN)
    handler = scripted(ClusterHandler, READ, READ, put, ended("Successful"))
    handler.update(URN, "main", ARGS.model_copy(update={"deletion_protection": True}))


def test_an_update_that_fails_is_an_error(scripted: Make) -> None:
    put = ("update_cluster_version", {"name": "main", "version": "1.34"}, BEGUN)
    handler = scripted(ClusterHandler, READ, READ, put, ended("Failed"))
    with pytest.raises(WaiterError):
        handler.update(URN, "main", ARGS.model_copy(update={"version": "1.34"}))


def test_a_cluster_that_is_still_made_is_waited_for_as_long_as_it_may_take(scripted: Make, pauses: list[float]) -> None:
    creating = ("describe_cluster", {"name": "main"}, {"cluster": CLUSTER | {"status": "CREATING"}})
    with pytest.raises(WaiterError, match="Max attempts"), within(59.9):
        scripted(ClusterHandler, *[creating] * 5).update(URN, "main", ARGS)
    assert pauses == [15, 15, 15]


def test_a_cluster_that_is_going_is_not_deleted_again(scripted: Make, pauses: list[float]) -> None:
    deleting = ("describe_cluster", {"name": "main"}, {"cluster": CLUSTER | {"status": "DELETING"}})
    gone = ("describe_cluster", {"name": "main"}, "ResourceNotFoundException")
    scripted(ClusterHandler, deleting, deleting, gone).delete("main", ARGS)
    assert pauses == [15]


def test_another_stacks_cluster_is_not_adopted(make: Make) -> None:
    handler = make(ClusterHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)
