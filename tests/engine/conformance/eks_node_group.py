"""EKS node groups."""

from typing import Any

from pulumi_sixfold.aws.eks import ClusterHandler
from pulumi_sixfold.aws.eks_node_group import NodeGroupHandler
from tests.engine.conformance._case import GONE, Case

_ROLE = "arn:aws:iam::123456789012:role/nodes"
_CLUSTER = {"role_arn": _ROLE, "version": "1.33", "subnet_ids": ["subnet-a", "subnet-b"]}
_NO_VERSION = "moto has no UpdateNodegroupVersion; see tests/unit/pulumi_sixfold/test_eks_node_group.py"
_NO_TAGS = "moto's TagResource knows clusters only; see tests/unit/pulumi_sixfold/test_eks_node_group.py"


def _names(group_id: str) -> dict[str, str]:
    cluster, name = group_id.split("/")
    return {"clusterName": cluster, "nodegroupName": name}


def _config(**changed: Any) -> Any:
    return lambda aws, group_id: aws("eks").update_nodegroup_config(**_names(group_id), **changed)


CASES = {
    "cluster_of_nodes": Case(ClusterHandler, {**_CLUSTER, "name": "cluster-of-nodes"}),
    "other_cluster_of_nodes": Case(ClusterHandler, {**_CLUSTER, "name": "other-cluster-of-nodes"}),
    "node_group": Case(
        NodeGroupHandler,
        {
            "cluster": "@cluster_of_nodes.name",
            "role_arn": _ROLE,
            "subnet_ids": ["subnet-b", "subnet-a"],
            "instance_types": ["m7i.large", "m6i.large"],
            "min_size": 1,
            "max_size": 3,
            "version": "1.33",
            "labels": {"pool": "cpu", "team": "data"},
            "taints": [{"key": "gpu"}],
        },
        changes=[
            {"min_size": 2},
            {"max_size": 5},
            {"labels": {"pool": "gpu"}},
            {"taints": [{"key": "gpu", "value": "yes"}, {"key": "spot", "effect": "NO_EXECUTE"}]},
            {"taints": []},
            {"instance_types": ["g6.xlarge"]},
            {"ami_type": "AL2023_x86_64_NVIDIA"},
            {"capacity": "SPOT"},
            {"disk_gib": 100},
            {"subnet_ids": ["subnet-c"]},
            {"role_arn": f"{_ROLE}-2"},
            {"name": "other"},
            {"cluster": "@other_cluster_of_nodes.name"},
        ],
        drift={
            "min_size": _config(scalingConfig={"minSize": 0}),
            "max_size": _config(scalingConfig={"maxSize": 9}),
            "labels": _config(labels={"addOrUpdateLabels": {"by": "hand"}}),
            "taints": _config(taints={"removeTaints": [{"key": "gpu", "effect": "NO_SCHEDULE"}]}),
            GONE: lambda aws, group_id: aws("eks").delete_nodegroup(**_names(group_id)),
        },
        constant={"version": _NO_VERSION, "tags": _NO_TAGS},
        unseen={"version": _NO_VERSION, "tags": _NO_TAGS},
    ),
}
