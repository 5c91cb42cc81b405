"""S3 objects whose content the program holds."""

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import Field

from pulumi_sixfold.aws.handler import (
    TAGS,
    URN_TAG,
    AwsHandler,
    actions,
    as_pairs,
    from_pairs,
    own_tags,
)
from pulumi_sixfold.kit.args import Args, Input, Tags
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LONGEST = 1_000_000
_BYTES = 4  # of a character in UTF-8, at most


class BucketObjectArgs(Args):
    """The inputs of a BucketObject: a text, such as a script or a configuration; encrypted as its bucket says."""

    bucket: Input[str] = Field(description="Name of the bucket. A change replaces.")
    key: Input[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(
        description="Name of the object in the bucket, 1-1024 characters. A change replaces."
    )
    content: Input[Annotated[str, Field(max_length=_LONGEST)]] = Field(
        description="The text, up to a million characters; written as UTF-8."
    )
    content_type: Input[str] = Field("text/plain; charset=utf-8", description="MIME type, for those who download it.")
    tags: Tags = Field(default={}, description=f"At most nine. {TAGS}")


class BucketObjectHandler(AwsHandler[BucketObjectArgs]):
    """An object in S3; its id is `<bucket>/<key>`.

    Older versions of it stay in a versioned bucket, also after a delete.
    """

    facts = Facts(
        token="sixfold:s3:BucketObject",
        args=BucketObjectArgs,
        service="s3",
        gone=frozenset({"NoSuchBucket", "NoSuchKey", "404"}),
        create_only=frozenset({"bucket", "key"}),
        identity=frozenset({"bucket", "key"}),
        outputs={"uri": "`s3://<bucket>/<key>`."},
        actions=(
            *actions(
                "s3",
                "DeleteObject GetObject GetObjectTagging ListBucket PutObject PutObjectTagging",
            ),
            *actions("kms", "Decrypt GenerateDataKey"),  # S3 asks for them where the bucket has a key
        ),
        arns=(
            "arn:aws:s3:::{bucket}",
            "arn:aws:s3:::{bucket}/{key}",
            "arn:aws:kms:{at}:key/*",
        ),
        free="by the byte stored",
    )
    client: "S3Client"

    def create(self, urn: str, args: BucketObjectArgs) -> str:
        """Write the object with its tags, or adopt the one that this URN wrote."""
        resource_id = f"{args.bucket}/{args.key}"
        if self.read(resource_id):
            self.owned(urn, self._tags(args.bucket, args.key), f"the object {resource_id}")
        else:
            self._put(urn, args)
        return resource_id

    def update(self, urn: str, resource_id: str, args: BucketObjectArgs) -> None:
        """Change what differs; S3 writes an object as a whole, save its tags."""
        have = self.describe(resource_id).args
        if (have.content, have.content_type) != (args.content, args.content_type):
            self._put(urn, args)
        elif self._tags(args.bucket, args.key) != (tags := {**args.tags, URN_TAG: urn}):
            self.client.put_object_tagging(Bucket=args.bucket, Key=args.key, Tagging={"TagSet": as_pairs(tags)})

    def describe(self, resource_id: str) -> State[BucketObjectArgs]:
        """Read the object and its tags; of one that somebody made longer than it may be, the first part."""
        bucket, key = resource_id.split("/", 1)
        found = self.client.get_object(Bucket=bucket, Key=key)
        args = BucketObjectArgs(
            bucket=bucket,
            key=key,
            content=found["Body"].read(_LONGEST * _BYTES).decode(errors="replace")[:_LONGEST],
            content_type=found["ContentType"],
            tags=own_tags(self._tags(bucket, key)),
        )
        return State(args, {"uri": f"s3://{resource_id}"})

    def delete(self, resource_id: str, args: BucketObjectArgs) -> None:
        """Remove the object."""
        del resource_id  # the inputs are the id
        with self.missing_is_fine():
            self.client.delete_object(Bucket=args.bucket, Key=args.key)

    def _put(self, urn: str, args: BucketObjectArgs) -> None:
        self.client.put_object(
            Bucket=args.bucket,
            Key=args.key,
            Body=args.content.encode(),
            ContentType=args.content_type,
            Tagging=urlencode({**args.tags, URN_TAG: urn}),
        )

    def _tags(self, bucket: str, key: str) -> dict[str, str]:
        return from_pairs(self.client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])
