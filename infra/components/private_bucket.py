"""The one kind of bucket that the platform has."""

from pulumi import Input, Resource, ResourceOptions

from pulumi_sixfold.resources.s3 import Bucket, BucketArgs, LifecycleRule

LEFTOVERS = LifecycleRule(id="leftovers", noncurrent_days=30, abort_upload_days=7)
"""A mistake can be taken back for a month; uploads that died take no room after a week."""


def private_bucket(name: str, *, key_arn: Input[str], deletion_protection: bool, parent: Resource) -> Bucket:
    """Make a versioned bucket under a key, closed to the public."""
    return Bucket(
        name,
        BucketArgs(kms_key_arn=key_arn, lifecycle_rules=[LEFTOVERS], force_destroy=not deletion_protection),
        ResourceOptions(parent=parent),
    )
