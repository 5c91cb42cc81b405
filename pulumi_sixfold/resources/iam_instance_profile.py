"""The program's side of `pulumi_sixfold.aws.iam_instance_profile`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.iam_instance_profile import InstanceProfileArgs, InstanceProfileHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["InstanceProfile", "InstanceProfileArgs"]


class InstanceProfile(Resource):
    """An IAM instance profile; its id is its name."""

    handler = InstanceProfileHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        role: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: InstanceProfileArgs | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, args or InstanceProfileArgs(), opts)
