"""EKS's settings of node groups; labels and taints decide which pods run on which machines."""

from typing import Any, NamedTuple

from sixfold.cluster import NodeGroup

POOL = "sixfold.dev/pool"
"""The label by which a pod asks for machines of one group."""
SPOT = "sixfold.dev/spot"
GPU = "nvidia.com/gpu"
"""The taints of machines that few pods may use; the second is also the name of the resource that a pod asks for."""

# By the first the device plugin knows its machines; by the second the autoscaler knows that a machine whose GPU is not
# offered yet is still starting, and adds no other:
# https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
_OF_GPUS = {"nvidia.com/gpu.present": "true", "k8s.amazonaws.com/accelerator": "nvidia"}
# Of a group without machines the autoscaler learns processors, memory and GPUs from the type, labels and taints from
# EKS, and the disk from this tag of the node group. Each pod of ours asks for disk: none would bring the first machine.
_DISK = "k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage"
_FOR_PODS = 0.8  # of a disk: the rest is the system's, images, and what the kubelet keeps free


class Nodes(NamedTuple):
    """Image, capacity, labels, taints and tags of a node group, derived from its settings."""

    ami_type: str
    capacity: str
    labels: dict[str, str]
    taints: list[dict[str, Any]]
    tags: dict[str, str]


def plan_nodes(name: str, group: NodeGroup) -> Nodes:
    """Return EKS's settings of a node group. Taints keep ordinary pods off GPU and spot nodes."""
    reserved = [GPU] if group.gpu else []
    spot = [SPOT] if group.capacity == "spot" else []
    return Nodes(
        ami_type="AL2023_x86_64_NVIDIA" if group.gpu else "AL2023_x86_64_STANDARD",
        capacity="SPOT" if group.capacity == "spot" else "ON_DEMAND",
        labels={POOL: name, **(_OF_GPUS if group.gpu else {})},
        taints=[{"key": key, "value": "true"} for key in reserved + spot],
        tags={_DISK: f"{int(group.disk_gib * _FOR_PODS)}Gi"},
    )
