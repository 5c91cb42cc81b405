"""The program's side of `pulumi_sixfold.aws.eks_pod_identity`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.eks_pod_identity import PodIdentityAssociationArgs, PodIdentityAssociationHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["PodIdentityAssociation", "PodIdentityAssociationArgs"]


class PodIdentityAssociation(Resource):
    """The role of a service account; its id is `<cluster>/<association id>`."""

    handler = PodIdentityAssociationHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        cluster: pulumi.Output[str]
        namespace: pulumi.Output[str]
        service_account: pulumi.Output[str]
        role_arn: pulumi.Output[str]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: PodIdentityAssociationArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
