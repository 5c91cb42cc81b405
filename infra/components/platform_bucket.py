"""The one kind of bucket that the platform has."""

from pulumi import ComponentResource, Input, Resource, ResourceOptions

from pulumi_sixfold.resources.s3 import Bucket, BucketArgs, LifecycleRule

LEFTOVERS = LifecycleRule(id="leftovers", noncurrent_days=30, abort_upload_days=7)
"""A deleted object can be restored for a month; parts of an interrupted upload are deleted after a week."""


class PlatformBucket(ComponentResource):
    """A private, versioned bucket under the lake's key: for the feature store's definitions, and for the releases.

    The feature store's online tables are Feast's own, created from the products' definitions.
    Outputs: `bucket` (name), `bucket_arn`.
    """

    def __init__(
        self,
        name: str,
        *,
        key_arn: Input[str],
        deletion_protection: bool,
        written_once: bool = False,
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Store", name, None, opts)
        bucket = private_bucket(
            name, key_arn=key_arn, deletion_protection=deletion_protection, written_once=written_once, parent=self
        )
        self.bucket, self.bucket_arn = bucket.name, bucket.arn
        self.register_outputs({"bucket": self.bucket, "bucket_arn": self.bucket_arn})


def private_bucket(
    name: str, *, key_arn: Input[str], deletion_protection: bool, parent: Resource, written_once: bool = False
) -> Bucket:
    """Create a versioned bucket under a key, closed to the public; `written_once`: no object is ever replaced."""
    return Bucket(
        name,
        BucketArgs(
            kms_key_arn=key_arn,
            lifecycle_rules=[LEFTOVERS],
            write_once=written_once,
            force_destroy=not deletion_protection,
        ),
        ResourceOptions(parent=parent),
    )
