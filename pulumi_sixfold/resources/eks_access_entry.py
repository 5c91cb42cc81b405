"""The program's side of `pulumi_sixfold.aws.eks_access_entry`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.eks_access_entry import AccessEntryArgs, AccessEntryHandler, Scope
from pulumi_sixfold.resources.resource import Resource

__all__ = ["AccessEntry", "AccessEntryArgs", "Scope"]


class AccessEntry(Resource):
    """Rights of an IAM role in a cluster; its id is `<cluster>/<principal's ARN>`."""

    handler = AccessEntryHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        cluster: pulumi.Output[str]
        principal_arn: pulumi.Output[str]
        type: pulumi.Output[str]
        groups: pulumi.Output[Any]
        policies: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: AccessEntryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
