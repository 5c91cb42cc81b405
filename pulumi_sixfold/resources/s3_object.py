"""The program's side of `pulumi_sixfold.aws.s3_object`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.s3_object import BucketObjectArgs, BucketObjectHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["BucketObject", "BucketObjectArgs"]


class BucketObject(Resource):
    """An object in S3; its id is `<bucket>/<key>`.

    Older versions of it stay in a versioned bucket, also after a delete.
    """

    handler = BucketObjectHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        bucket: pulumi.Output[str]
        key: pulumi.Output[str]
        content: pulumi.Output[str]
        content_type: pulumi.Output[str]
        tags: pulumi.Output[Any]
        uri: pulumi.Output[str]

    def __init__(self, name: str, args: BucketObjectArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
