"""The program's side of `pulumi_sixfold.aws.eks_addon`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.eks_addon import AddonArgs, AddonHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Addon", "AddonArgs"]


class Addon(Resource):
    """Software that AWS runs in a cluster; its id is `<cluster>/<addon>`."""

    handler = AddonHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        cluster: pulumi.Output[str]
        addon: pulumi.Output[str]
        version: pulumi.Output[str]
        configuration: pulumi.Output[str | None]
        overwrite: pulumi.Output[bool]
        preserve: pulumi.Output[bool]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: AddonArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
