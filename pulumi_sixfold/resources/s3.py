"""The program's side of `pulumi_sixfold.aws.s3`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.s3 import BucketArgs, BucketHandler, LifecycleRule
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Bucket", "BucketArgs", "LifecycleRule"]


class Bucket(Resource):
    """An S3 bucket; its id is its name."""

    handler = BucketHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        versioning: pulumi.Output[bool]
        kms_key_arn: pulumi.Output[str | None]
        block_public_access: pulumi.Output[bool]
        tls_only: pulumi.Output[bool | None]
        write_once: pulumi.Output[bool]
        policy: pulumi.Output[str | None]
        lifecycle_rules: pulumi.Output[Any]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: BucketArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or BucketArgs(), opts)
