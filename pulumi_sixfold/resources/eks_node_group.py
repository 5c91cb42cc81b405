"""The program's side of `pulumi_sixfold.aws.eks_node_group`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.eks_node_group import NodeGroupArgs, NodeGroupHandler, Taint
from pulumi_sixfold.resources.resource import Resource

__all__ = ["NodeGroup", "NodeGroupArgs", "Taint"]


class NodeGroup(Resource):
    """An EKS node group; its id is `<cluster>/<name>`."""

    handler = NodeGroupHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        cluster: pulumi.Output[str]
        role_arn: pulumi.Output[str]
        subnet_ids: pulumi.Output[Any]
        instance_types: pulumi.Output[Any]
        ami_type: pulumi.Output[str]
        capacity: pulumi.Output[str]
        disk_gib: pulumi.Output[int]
        min_size: pulumi.Output[int]
        max_size: pulumi.Output[int]
        version: pulumi.Output[str]
        labels: pulumi.Output[Any]
        taints: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: NodeGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
