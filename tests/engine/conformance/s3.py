"""S3 buckets."""

import json

from pulumi_sixfold.aws.s3 import BucketHandler
from pulumi_sixfold.aws.s3_documents import joined_policy
from tests.engine.conformance._case import BY_HAND, Case, may


def _written_once(name: str) -> str:
    return str(joined_policy(name, {"tls_only": True, "write_once": True}, None))


CASES = {
    "bucket": Case(
        BucketHandler,
        {"tls_only": True, "kms_key_arn": "@key.arn", "lifecycle_rules": [{"id": "old", "noncurrent_days": 3}]},
        changes=[
            {"versioning": False},
            {"kms_key_arn": None},
            {"block_public_access": False},
            {"tls_only": False},
            {"write_once": True},
            {"write_once": False},
            {"policy": may("s3:GetObject") | {"Id": "own"}},
            {"lifecycle_rules": []},
            {"tags": {"a": "b"}},
            {"force_destroy": True},
            {"name": "other-bucket"},
        ],
        drift={
            "versioning": lambda aws, name: aws("s3").put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Suspended"}
            ),
            "kms_key_arn": lambda aws, name: aws("s3").delete_bucket_encryption(Bucket=name),
            "block_public_access": lambda aws, name: aws("s3").delete_public_access_block(Bucket=name),
            "tls_only": lambda aws, name: aws("s3").delete_bucket_policy(Bucket=name),
            "write_once": lambda aws, name: aws("s3").put_bucket_policy(Bucket=name, Policy=_written_once(name)),
            "policy": lambda aws, name: aws("s3").put_bucket_policy(Bucket=name, Policy=json.dumps(may("s3:*"))),
            "lifecycle_rules": lambda aws, name: aws("s3").delete_bucket_lifecycle(Bucket=name),
            "tags": lambda aws, name: aws("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": [BY_HAND]}),
        },
    ),
}
