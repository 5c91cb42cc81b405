"""S3 objects."""

from typing import Any

from pulumi_sixfold.aws.s3 import BucketHandler
from pulumi_sixfold.aws.s3_object import BucketObjectHandler
from tests.engine.conformance._case import BY_HAND, GONE, Aws, Case


def _where(object_id: str) -> dict[str, str]:
    bucket, key = object_id.split("/", 1)
    return {"Bucket": bucket, "Key": key}


def _meddle(**changed: Any) -> Any:
    """Return a function that writes the object with one property changed."""

    def put(aws: Aws, object_id: str) -> None:
        s3, where = aws("s3"), _where(object_id)
        found, tags = s3.get_object(**where), s3.get_object_tagging(**where)["TagSet"]
        same = {"Body": found["Body"].read(), "ContentType": found["ContentType"]}
        s3.put_object(**where, **same | changed)
        s3.put_object_tagging(**where, Tagging={"TagSet": tags})

    return put


CASES = {
    "bucket_of_objects": Case(BucketHandler, {"name": "bucket-of-objects", "versioning": False}),
    "other_bucket_of_objects": Case(BucketHandler, {"name": "other-bucket-of-objects", "versioning": False}),
    "bucket_object": Case(
        BucketObjectHandler,
        {"bucket": "@bucket_of_objects.name", "key": "jobs/train.py", "content": "print('ä')\n"},
        changes=[
            {"content": "print('ö')\n"},
            {"content_type": "text/x-python"},
            {"tags": {"a": "b"}},
            {"key": "jobs/serve.py"},
            {"bucket": "@other_bucket_of_objects.name"},
        ],
        drift={
            "content": _meddle(Body=b"by hand"),
            "content_type": _meddle(ContentType="text/html"),
            "tags": lambda aws, name: aws("s3").put_object_tagging(**_where(name), Tagging={"TagSet": [BY_HAND]}),
            GONE: lambda aws, name: aws("s3").delete_object(**_where(name)),
        },
    ),
}
