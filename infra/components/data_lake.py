"""The data lake: encrypted files in S3, tables in Glue."""

from pulumi import ComponentResource, Output, ResourceOptions

from infra.components.platform_bucket import private_bucket
from pulumi_sixfold.resources.glue import Database, DatabaseArgs
from pulumi_sixfold.resources.kms import Key, KeyArgs
from sixfold.outputs import Databases

PURPOSE = {
    "raw": "what was delivered, as it was delivered",
    "curated": "rows that keep the data contracts, and what is derived from them",
    "quarantine": "rows that break a data contract, each with the reason",
    "labels": "ground truth, with the time at which each label became known",
    "predictions": "what the services answered, and the feedback on it",
}


class DataLake(ComponentResource):
    """A versioned bucket under a key of its own, and one Glue database a layer.

    Outputs: `bucket` (name), `bucket_arn`, `key_arn`.
    """

    def __init__(
        self, name: str, *, databases: Databases, deletion_protection: bool, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:DataLake", name, None, opts)
        mine = ResourceOptions(parent=self)
        key = Key(name, KeyArgs(description="Encrypts the data lake"), mine)
        bucket = private_bucket(name, key_arn=key.arn, deletion_protection=deletion_protection, parent=self)
        for layer, database in databases:
            Database(
                f"{name}-{layer}",
                DatabaseArgs(
                    name=database,
                    description=PURPOSE[layer],
                    location=Output.format("s3://{0}/{1}", bucket.name, layer),
                ),
                mine,
            )
        self.bucket = bucket.name
        self.bucket_arn = bucket.arn
        self.key_arn = key.arn
        self.register_outputs({"bucket": self.bucket, "bucket_arn": self.bucket_arn, "key_arn": self.key_arn})
