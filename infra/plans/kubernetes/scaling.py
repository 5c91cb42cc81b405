"""Scaling of machines: the cluster autoscaler, and the device plugin that offers GPUs to pods.

Keys: https://github.com/kubernetes/autoscaler/tree/master/charts/cluster-autoscaler and
https://github.com/NVIDIA/k8s-device-plugin.
"""

from infra.plans.aws.nodes import GPU, SPOT
from infra.plans.kubernetes import network_policy, pods
from infra.plans.kubernetes.operators import Operator
from sixfold.cluster import Eks

AUTOSCALER = "cluster-autoscaler"
"""The autoscaler's namespace, and its service account there."""

_GPU_PLUGIN = Operator(
    name="gpu",
    release="nvidia-device-plugin",
    namespace="nvidia-device-plugin",
    chart="nvidia-device-plugin",
    version="0.18.0",
    groups=(),
    repository="https://nvidia.github.io/k8s-device-plugin",
    values={"tolerations": [{"key": key, "operator": "Exists"} for key in (GPU, SPOT)]},
    standard="privileged",  # it mounts the folder of the host in which the kubelet listens
)


def scaling_operators(cluster: str, eks: Eks, *, region: str) -> tuple[Operator, ...]:
    """Return the operators of a cluster of that name: the autoscaler, and the device plugin if it has GPUs."""
    autoscaler = Operator(
        name="autoscaler",
        release=AUTOSCALER,
        namespace=AUTOSCALER,
        chart="cluster-autoscaler",
        version="9.52.1",
        groups=(),
        repository="https://kubernetes.github.io/autoscaler",
        values={
            "autoDiscovery": {"clusterName": cluster},
            "awsRegion": region,
            "image": {"tag": f"v{eks.version}.0"},  # its minor version is that of the Kubernetes that it knows
            "rbac": {"serviceAccount": {"name": AUTOSCALER}},
            # Each pod of ours has an emptyDir, and would keep its machine for ever.
            "extraArgs": {"skip-nodes-with-local-storage": False},
            "securityContext": pods.security(),
            "containerSecurityContext": pods.LOCKED,
            "resources": {"requests": {"cpu": "100m", "memory": "600Mi"}, "limits": {"memory": "600Mi"}},
        },
        calls=tuple(network_policy.egress_aws()),
    )
    return (autoscaler, *([_GPU_PLUGIN] if any(group.gpu for group in eks.node_groups.values()) else []))
