"""Machines that come and go: what the autoscaler may do, and what it must know of a group without machines."""

from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra.plans.aws.nodes import GPU, SPOT, plan_nodes
from infra.plans.aws.service_policies import autoscaler_policy
from infra.plans.kubernetes.scaling import scaling_operators
from sixfold.cluster import Eks, NodeGroup

CLUSTER = "arn:aws:eks:eu-west-1:123456789012:cluster/sixfold-dev"
GROUP = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1f:autoScalingGroupName/"
PLAIN = NodeGroup(instance_types=("m6i.large",), min=0, max=2)
WITH_GPUS = NodeGroup(instance_types=("g5.xlarge",), min=0, max=2, gpu=True, capacity="spot", disk_gib=200)


def statement(sid: str) -> dict[str, Any]:
    (found,) = (each for each in autoscaler_policy(CLUSTER)["Statement"] if each["Sid"] == sid)
    return found


def test_the_autoscaler_changes_nothing_but_the_size_of_its_own_cluster_s_groups() -> None:
    changing = [each for each in autoscaler_policy(CLUSTER)["Statement"] if not reads(each["Action"])]
    assert [each["Sid"] for each in changing] == ["Resize"]
    tag = "aws:ResourceTag/k8s.io/cluster-autoscaler/sixfold-dev"
    assert changing[0]["Condition"] == {"StringEquals": {tag: "owned"}}


def reads(actions: list[str]) -> bool:
    return all(action.split(":")[1].startswith(("Describe", "Get")) for action in actions)


@pytest.mark.parametrize(("name", "may"), [("eks-gpu-9ac1", True), ("web", False)])
def test_it_resizes_groups_that_eks_has_made(name: str, may: bool) -> None:  # noqa: FBT001 - a table
    (pattern,) = statement("Resize")["Resource"]
    assert fnmatchcase(GROUP + name, pattern) == may


def test_a_machine_with_gpus_is_known_to_the_plugin_and_to_the_autoscaler() -> None:
    labels = plan_nodes("gpu", WITH_GPUS).labels
    assert labels.keys() >= {"nvidia.com/gpu.present", "k8s.amazonaws.com/accelerator"}
    assert plan_nodes("system", PLAIN).labels.keys() == {"sixfold.dev/pool"}


def test_the_plugin_runs_on_every_machine_with_gpus_whatever_else_keeps_pods_away() -> None:
    eks = Eks(version="1.34", node_groups={"gpu": WITH_GPUS})
    _, plugin = scaling_operators("c", eks, region="eu-west-1")
    tolerated = {each["key"] for each in plugin.values["tolerations"]}
    assert tolerated == {taint["key"] for taint in plan_nodes("gpu", WITH_GPUS).taints} == {GPU, SPOT}


def test_without_gpus_there_is_no_plugin() -> None:
    (only,) = scaling_operators("c", Eks(version="1.34", node_groups={"system": PLAIN}), region="eu-west-1")
    assert (only.name, only.values["image"]["tag"]) == ("autoscaler", "v1.34.0")


def test_a_group_without_machines_says_how_much_disk_one_would_have_for_pods() -> None:
    (tag,) = plan_nodes("gpu", WITH_GPUS).tags.items()
    assert tag == ("k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage", "160Gi")
