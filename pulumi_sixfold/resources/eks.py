"""The program's side of `pulumi_sixfold.aws.eks`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.eks import ClusterArgs, ClusterHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Cluster", "ClusterArgs"]


class Cluster(Resource):
    """An EKS cluster; its id is its name.

    Who made the cluster is its administrator; everybody else has an AccessEntry.
    """

    handler = ClusterHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        role_arn: pulumi.Output[str]
        version: pulumi.Output[str]
        subnet_ids: pulumi.Output[Any]
        security_group_ids: pulumi.Output[Any]
        private_access: pulumi.Output[bool]
        public_access: pulumi.Output[bool]
        public_cidrs: pulumi.Output[Any]
        log_types: pulumi.Output[Any]
        kms_key_arn: pulumi.Output[str | None]
        authentication_mode: pulumi.Output[str]
        deletion_protection: pulumi.Output[bool]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]
        endpoint: pulumi.Output[str]
        certificate: pulumi.Output[str]
        issuer: pulumi.Output[str]
        security_group_id: pulumi.Output[str]

    def __init__(self, name: str, args: ClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
