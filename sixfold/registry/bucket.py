"""A stack's registry bucket, with the releases and the ledger. Objects are written once, and none is deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 20


class Bucket:
    """The client of the bucket. An AWS error becomes a `SixfoldError` with a remedy.

    Args:
        platform: which bucket, and where AWS is.

    """

    def __init__(self, platform: PlatformRefs) -> None:
        self._platform = platform
        self.name = platform.registry_bucket
        self.address = f"s3://{platform.registry_bucket}"

    @cached_property
    def s3(self) -> "S3Client":
        """The S3 client, created on first use."""
        import boto3  # noqa: PLC0415 - the better part of a second, not needed by a fetch from the copy

        return boto3.client("s3", region_name=self._platform.region, endpoint_url=self._platform.aws_endpoint)

    @contextmanager
    def talking(self, about: str) -> Iterator[None]:
        """Turn an AWS error into a `SixfoldError` that names what could not be reached.

        Raises:
            SixfoldError: the bucket does not answer, or refuses.

        """
        try:
            yield
        except (BotoCoreError, ClientError) as error:
            raise SixfoldError(
                f"cannot reach {about} at {self.address}/ ({self._platform.aws_endpoint or 'AWS'}): {error}",
                remedy="see that the stack is up (`make status`) and that you may use its registry bucket",
            ) from error

    def read(self, key: str, about: str) -> bytes | None:
        """Return the bytes of an object, None if it does not exist."""
        with self.talking(about):
            try:
                return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
            except self.s3.exceptions.NoSuchKey:
                return None

    def download(self, key: str, to: Path, at_most: int, about: str) -> None:
        """Write an object to a new file.

        Raises:
            SixfoldError: it is larger than `at_most` bytes, which is known before one is read.

        """
        with self.talking(about):
            found = self.s3.get_object(Bucket=self.name, Key=key)
            if found["ContentLength"] > at_most:
                raise SixfoldError(
                    f"{self.address}/{key} has {found['ContentLength']} bytes, and may have {at_most}",
                    remedy="nothing of ours is so large: see who wrote it, and bring back the first version",
                )
            with to.open("xb") as file:
                file.writelines(found["Body"].iter_chunks(_CHUNK))

    def write_once(self, key: str, body: bytes | BinaryIO, about: str, kind: str = "application/json") -> bool:
        """Write an object unless one of that name exists; return whether it was written."""
        with self.talking(about):
            try:
                self.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType=kind, IfNoneMatch="*")
            except ClientError as error:
                if error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}:
                    return False
                raise
        return True

    def overwrite(self, key: str, body: bytes, about: str) -> None:
        """Write a JSON object in place of another; a stack's bucket refuses that where releases and ledger lie."""
        with self.talking(about):
            self.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json")

    def folders(self, prefix: str, about: str) -> list[str]:
        """Return the last part of the names of all folders directly below a prefix that ends with a slash, sorted."""
        pages = self.s3.get_paginator("list_objects_v2")
        with self.talking(about):
            found = pages.paginate(Bucket=self.name, Prefix=prefix, Delimiter="/")
            return sorted(entry["Prefix"].split("/")[-2] for page in found for entry in page.get("CommonPrefixes", []))

    def keys(self, prefix: str, about: str) -> list[str]:
        """Return the names of all objects that start with a prefix, sorted."""
        pages = self.s3.get_paginator("list_objects_v2")
        with self.talking(about):
            found = pages.paginate(Bucket=self.name, Prefix=prefix)
            return sorted(entry["Key"] for page in found for entry in page.get("Contents", []))
