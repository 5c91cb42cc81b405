"""Node groups: what moto lacks, and the autoscaler's share."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.eks_node_group import NodeGroupArgs, NodeGroupHandler, Taint
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:eks:NodeGroup::cpu"
ARN = "arn:aws:eks:eu-west-1:123456789012:nodegroup/main/cpu/1"
NAMES = {"clusterName": "main", "nodegroupName": "cpu"}
ARGS = NodeGroupArgs(
    name="cpu",
    cluster="main",
    role_arn="arn:aws:iam::123456789012:role/nodes",
    subnet_ids=["subnet-a"],
    instance_types=["m7i.large"],
    min_size=1,
    max_size=5,
    version="1.33",
    taints=[Taint(key="gpu"), Taint(key="old")],
)
GROUP = {
    **NAMES,
    "nodegroupArn": ARN,
    "status": "ACTIVE",
    "version": "1.33",
    "nodeRole": ARGS.role_arn,
    "subnets": ["subnet-a"],
    "instanceTypes": ["m7i.large"],
    "amiType": "AL2023_x86_64_STANDARD",
    "capacityType": "ON_DEMAND",
    "diskSize": 50,
    "scalingConfig": {"minSize": 1, "maxSize": 5, "desiredSize": 4},
    "taints": [{"key": "gpu", "effect": "NO_SCHEDULE"}, {"key": "old", "effect": "NO_SCHEDULE"}],
    "tags": {URN_TAG: URN, "by": "hand"},
}
READ = ("describe_nodegroup", NAMES, {"nodegroup": GROUP})
UNTAG = ("untag_resource", {"resourceArn": ARN, "tagKeys": ["by"]}, {})
BEGUN = {"update": {"id": "u-1", "status": "InProgress"}}
ENDED = (
    "describe_update",
    {"name": "main", "nodegroupName": "cpu", "updateId": "u-1"},
    {"update": {"id": "u-1", "status": "Successful"}},
)

Make = Callable[..., Any]


def config(**part: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    return "update_nodegroup_config", NAMES | part, BEGUN


def test_tags_that_somebody_set_go_and_nothing_else_is_touched(scripted: Make) -> None:
    scripted(NodeGroupHandler, READ, UNTAG).update(URN, "main/cpu", ARGS)


def test_a_new_version_replaces_the_machines_and_is_waited_for(scripted: Make) -> None:
    put = ("update_nodegroup_version", NAMES | {"version": "1.34"}, BEGUN)
    handler = scripted(NodeGroupHandler, READ, UNTAG, put, ENDED)
    handler.update(URN, "main/cpu", ARGS.model_copy(update={"version": "1.34"}))


@pytest.mark.parametrize(("sizes", "machines"), [((1, 9), 4), ((5, 9), 5), ((1, 2), 2)])
def test_new_sizes_keep_the_autoscalers_machines_where_they_can(
    scripted: Make, sizes: tuple[int, int], machines: int
) -> None:
    put = config(scalingConfig={"minSize": sizes[0], "maxSize": sizes[1], "desiredSize": machines})
    handler = scripted(NodeGroupHandler, READ, UNTAG, READ, put, ENDED)
    handler.update(URN, "main/cpu", ARGS.model_copy(update={"min_size": sizes[0], "max_size": sizes[1]}))


def test_a_taint_whose_value_changes_is_put_and_not_removed(scripted: Make) -> None:
    taints = {
        "addOrUpdateTaints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}],
        "removeTaints": [{"key": "old", "value": "", "effect": "NO_SCHEDULE"}],
    }
    handler = scripted(NodeGroupHandler, READ, UNTAG, config(taints=taints), ENDED)
    handler.update(URN, "main/cpu", ARGS.model_copy(update={"taints": [Taint(key="gpu", value="yes")]}))


def test_a_group_that_is_still_made_is_waited_for(scripted: Make) -> None:
    creating = ("describe_nodegroup", NAMES, {"nodegroup": GROUP | {"status": "CREATING"}})
    scripted(NodeGroupHandler, creating, READ, READ, UNTAG).update(URN, "main/cpu", ARGS)


def test_another_stacks_group_is_not_adopted(scripted: Make) -> None:
    with pytest.raises(ProviderError, match=f"belongs to {URN}"):
        scripted(NodeGroupHandler, READ).create("urn:other", ARGS)
