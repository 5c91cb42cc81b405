"""Buckets of the platform's own: the feature store's definitions, and the releases.

The feature store's online tables are Feast's own, made from the products' definitions.
"""

from pulumi import ComponentResource, Input, ResourceOptions

from infra.components.private_bucket import private_bucket


class Store(ComponentResource):
    """A private, versioned bucket under the lake's key.

    Outputs: `bucket` (name), `bucket_arn`.
    """

    def __init__(
        self, name: str, *, key_arn: Input[str], deletion_protection: bool, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:Store", name, None, opts)
        bucket = private_bucket(name, key_arn=key_arn, deletion_protection=deletion_protection, parent=self)
        self.bucket = bucket.name
        self.bucket_arn = bucket.arn
        self.register_outputs({"bucket": self.bucket, "bucket_arn": self.bucket_arn})
