"""Tells in milliseconds whether a step has anything to do, from what it recorded when it last finished.

A record holds the key of the step's inputs, and where the metadata of each of its tables lay then. Every commit to an
Iceberg table moves its metadata, so a table that was changed, dropped or forgotten since makes the step run again.
"""

import json
from collections.abc import Iterable

from botocore.exceptions import ClientError

from models import aws
from sixfold.outputs import PlatformRefs


def unchanged(platform: PlatformRefs, step: str, key: str, tables: Iterable[str]) -> bool:
    """Say whether `step` last finished with the same key, and its tables are as it left them."""
    return recorded(platform, step) == {"key": key, "tables": versions(platform, tables)}


def record(platform: PlatformRefs, step: str, key: str, tables: Iterable[str]) -> None:
    """Note that `step` has finished."""
    body = json.dumps({"key": key, "tables": versions(platform, tables)})
    aws.s3(platform).put_object(Bucket=platform.lake_bucket, Key=_object(step), Body=body.encode())


def forget(platform: PlatformRefs, step: str) -> None:
    """Make `step` run again, whatever it finds."""
    aws.s3(platform).delete_object(Bucket=platform.lake_bucket, Key=_object(step))


def recorded(platform: PlatformRefs, step: str) -> dict[str, object] | None:
    """Return the record of `step`, or None if it has never finished."""
    try:
        found = aws.s3(platform).get_object(Bucket=platform.lake_bucket, Key=_object(step))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return None
        raise
    document: dict[str, object] = json.loads(found["Body"].read())
    return document


def versions(platform: PlatformRefs, tables: Iterable[str]) -> dict[str, str | None]:
    """Return the location of each table's metadata (`layer.name`), None for a table that does not exist."""
    wanted = sorted(tables)
    pages = aws.glue(platform).get_paginator("get_tables")
    found = {
        f"{layer}.{table['Name']}": table.get("Parameters", {}).get("metadata_location")
        for layer in sorted({name.split(".")[0] for name in wanted})
        for page in pages.paginate(DatabaseName=getattr(platform.databases, layer))
        for table in page["TableList"]
    }
    return {name: found.get(name) for name in wanted}


def _object(step: str) -> str:
    return f"steps/{step}.json"
