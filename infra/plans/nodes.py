"""Node groups in EKS's words: what runs on which machines is settled by labels and taints."""

from typing import Any, NamedTuple

from sixfold.cluster import NodeGroup

POOL = "sixfold.dev/pool"
"""The label by which a pod asks for machines of one group."""
SPOT = "sixfold.dev/spot"
GPU = "nvidia.com/gpu"
"""The taints of machines that few pods may use; the second is also the name of the resource that a pod asks for."""


class Nodes(NamedTuple):
    """What a node group adds to its settings."""

    ami_type: str
    capacity: str
    labels: dict[str, str]
    taints: list[dict[str, Any]]


def plan_nodes(name: str, group: NodeGroup) -> Nodes:
    """Return what EKS is told of a group. The taints keep what did not ask for it off dear or fleeting machines."""
    reserved = [GPU] if group.gpu else []
    fleeting = [SPOT] if group.capacity == "spot" else []
    return Nodes(
        ami_type="AL2023_x86_64_NVIDIA" if group.gpu else "AL2023_x86_64_STANDARD",
        capacity="SPOT" if group.capacity == "spot" else "ON_DEMAND",
        labels={POOL: name},
        taints=[{"key": key, "value": "true"} for key in reserved + fleeting],
    )
