"""S3 objects whose content the program holds."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, AwsHandler, actions, as_pairs, from_pairs, of_aws, tag_changes
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

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
        reads={
            "GetObject": reading(
                "Body ContentType",
                theirs="AcceptRanges BucketKeyEnabled ChecksumCRC32 ChecksumCRC32C ChecksumCRC64NVME ChecksumMD5 "
                "ChecksumSHA1 ChecksumSHA256 ChecksumSHA512 ChecksumType ChecksumXXHASH128 ChecksumXXHASH3 "
                "ChecksumXXHASH64 ContentLength ETag Expiration LastModified ReplicationStatus RequestCharged "
                "SSEKMSKeyId ServerSideEncryption TagCount VersionId",  # encrypted as the bucket says
                fixed={"StorageClass": "STANDARD"},
            ),
            "GetObjectTagging": reading(theirs="VersionId"),
        },
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
        if not self.adopts(urn, resource_id, f"the object {resource_id}"):
            self._put(args, self.tags(urn, args))
        return resource_id

    def describe(self, resource_id: str) -> State[BucketObjectArgs]:
        """Read the object and its tags.

        Raises:
            ValueError: the content is longer than it may be, or no text.

        """
        bucket, key = resource_id.split("/", 1)
        found = self.client.get_object(Bucket=bucket, Key=key)
        args = BucketObjectArgs(
            bucket=bucket,
            key=key,
            content=_text(found["Body"].read(_LONGEST * _BYTES + 1)),
            content_type=found["ContentType"],
        )
        tags = from_pairs(self.client.get_object_tagging(Bucket=bucket, Key=key)["TagSet"])
        return State(args, {"uri": f"s3://{resource_id}"}, tags)

    def settle_tags(self, resource_id: str, difference: Difference[BucketObjectArgs]) -> None:
        """Put all tags, which S3 takes as a whole; where the object is written anew, it gets them with that."""
        if not difference.names and any(tag_changes(difference.old_tags, difference.tags)):
            bucket, key = resource_id.split("/", 1)
            tags = {**of_aws(difference.old_tags), **difference.tags}
            self.client.put_object_tagging(Bucket=bucket, Key=key, Tagging={"TagSet": as_pairs(tags)})

    def change(self, resource_id: str, difference: Difference[BucketObjectArgs]) -> None:
        """Write the object anew, with its tags: S3 takes it as a whole."""
        del resource_id  # the inputs have it
        self._put(difference.want, difference.tags)

    def delete(self, resource_id: str, args: BucketObjectArgs) -> None:
        """Remove the object."""
        del resource_id  # the inputs are the id
        with self.missing_is_fine():
            self.client.delete_object(Bucket=args.bucket, Key=args.key)

    def _put(self, args: BucketObjectArgs, tags: Mapping[str, str]) -> None:
        self.client.put_object(
            Bucket=args.bucket,
            Key=args.key,
            Body=args.content.encode(),
            ContentType=args.content_type,
            Tagging=urlencode(tags),
        )


def _text(content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ValueError("content that is no UTF-8") from None
    if len(text) > _LONGEST:
        raise ValueError(f"content of more than {_LONGEST:,} characters")
    return text
