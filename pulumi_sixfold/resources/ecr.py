"""The program's side of `pulumi_sixfold.aws.ecr`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.ecr import RepositoryArgs, RepositoryHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Repository", "RepositoryArgs"]


class Repository(Resource):
    """An ECR repository; its id is its name."""

    handler = RepositoryHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        immutable_tags: pulumi.Output[bool]
        scan_on_push: pulumi.Output[bool]
        kms_key_arn: pulumi.Output[str | None]
        lifecycle_policy: pulumi.Output[str | None]
        policy: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]
        url: pulumi.Output[str]

    def __init__(
        self, name: str, args: RepositoryArgs | None = None, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, args or RepositoryArgs(), opts)
