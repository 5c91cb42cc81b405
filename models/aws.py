"""AWS clients and the table catalog of a platform, on the real AWS or on the stand-in that the platform names."""

from typing import TYPE_CHECKING

import boto3

from sixfold.outputs import PlatformRefs

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client
    from pyiceberg.catalog import Catalog
    from pyiceberg.table import Table


def s3(platform: PlatformRefs) -> "S3Client":
    """Return a client for the platform's buckets."""
    return boto3.client("s3", region_name=platform.region, endpoint_url=platform.aws_endpoint)


def has_object(platform: PlatformRefs, bucket: str, key: str) -> bool:
    """Return whether an object exists; a missing bucket has no objects."""
    client = s3(platform)
    try:
        client.head_object(Bucket=bucket, Key=key)
    except client.exceptions.ClientError as error:
        if error.response.get("Error", {}).get("Code") == "404":  # HEAD has no body that could say NoSuchKey
            return False
        raise
    return True


def read_object(platform: PlatformRefs, bucket: str, key: str) -> bytes | None:
    """Return the content of an object, None where there is none."""
    client = s3(platform)
    try:
        return client.get_object(Bucket=bucket, Key=key)["Body"].read()
    except client.exceptions.NoSuchKey:
        return None


def glue(platform: PlatformRefs) -> "GlueClient":
    """Return a client for the platform's table catalog."""
    return boto3.client("glue", region_name=platform.region, endpoint_url=platform.aws_endpoint)


def dynamodb(platform: PlatformRefs) -> "DynamoDBClient":
    """Return a client for the platform's online tables."""
    return boto3.client("dynamodb", region_name=platform.region, endpoint_url=platform.aws_endpoint)


def open_catalog(platform: PlatformRefs) -> "Catalog":
    """Return the platform's table catalog, as Iceberg sees it."""
    from pyiceberg.catalog import load_catalog  # noqa: PLC0415 - a second and a half; the start of a release does not wait

    properties = {"type": "glue", "glue.region": platform.region, "s3.region": platform.region}
    properties["warehouse"] = f"s3://{platform.lake_bucket}"
    if platform.aws_endpoint:
        properties |= {"glue.endpoint": platform.aws_endpoint, "s3.endpoint": platform.aws_endpoint}
    return load_catalog("sixfold", **properties)


def open_table(catalog: "Catalog", identifier: tuple[str, str]) -> "Table | None":
    """Return a table as it is now; None where there is none."""
    from pyiceberg.exceptions import NoSuchTableError  # noqa: PLC0415 - see `open_catalog`

    try:
        return catalog.load_table(identifier)
    except NoSuchTableError:
        return None
