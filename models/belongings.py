"""The parts of a stack's AWS that belong to one product, found by its package alone: its folder may no longer exist.

`sixfold remove` lists and deletes them. Nothing of another product may ever be among them. A table names its product in
a property, or else in its own name; in keys and in names of online tables a separator follows the package, and no
package contains one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from models import aws, steps
from models.features.online import project_of
from models.lake import PRODUCT
from sixfold.errors import SixfoldError
from sixfold.outputs import OF, Databases, PlatformRefs, feedback_table

_AT_ONCE = 1000  # keys in one DeleteObjects
_LOG = "predictions"


class Table(NamedTuple):
    """A table of the lake: Glue database, Glue table, and the prefix of its files in the lake's bucket."""

    database: str
    name: str
    prefix: str


class Belongings(NamedTuple):
    """Belongings of a product, in the order in which they are deleted.

    Records of steps go before tables: one that outlived its tables could stop a later load.
    Files go before the tables that lead to them: after an interruption the table still says where the rest is.
    """

    online: tuple[str, ...]
    """Names of DynamoDB tables."""
    definitions: tuple[str, ...]
    """Keys in the bucket of the features: Feast's registry, and the record of the last copy."""
    steps: tuple[str, ...]
    """Keys in the lake's bucket."""
    files: tuple[str, ...]
    """Keys in the lake's bucket: files of the tables, also of writes that never finished."""
    tables: tuple[Table, ...]


def find(platform: PlatformRefs, package: str) -> Belongings:
    """List all that belongs to the product of a package; every part is empty for a product that is gone."""
    tables = tuple(_tables(platform, package))
    prefixes = {table.prefix for table in tables if table.prefix} | set(_prefixes(package))
    lake, features = platform.lake_bucket, platform.features_bucket
    return Belongings(
        online=tuple(_online(platform, package)),
        definitions=tuple(_keys(platform, features, f"{package}/")),
        steps=tuple(_keys(platform, lake, steps.folder(package))),
        files=tuple(sorted({key for prefix in prefixes for key in _keys(platform, lake, prefix)})),
        tables=tables,
    )


def delete(platform: PlatformRefs, found: Belongings, progress: Callable[[str], None]) -> None:
    """Delete belongings; those that are gone already are passed over.

    Versions of deleted objects can be restored as long as the buckets keep them: thirty days.

    Raises:
        SixfoldError: S3 refuses to delete an object.

    """
    online, glue = aws.dynamodb(platform), aws.glue(platform)
    for name in found.online:
        try:
            online.delete_table(TableName=name)
        except online.exceptions.ResourceNotFoundException:
            continue
    for name in found.online:
        online.get_waiter("table_not_exists").wait(TableName=name)
    progress(f"{len(found.online)} online tables deleted")
    _delete_objects(platform, platform.features_bucket, found.definitions)
    progress("feature registry deleted")
    _delete_objects(platform, platform.lake_bucket, found.steps)
    _delete_objects(platform, platform.lake_bucket, found.files)
    progress(f"{len(found.files):,} files of the lake deleted")
    for table in found.tables:
        try:
            glue.delete_table(DatabaseName=table.database, Name=table.name)
        except glue.exceptions.EntityNotFoundException:
            continue
    progress(f"{len(found.tables)} tables of the lake deleted")


def _online(platform: PlatformRefs, package: str) -> Iterator[str]:
    of_product = f"{project_of(platform, package)}."
    for page in aws.dynamodb(platform).get_paginator("list_tables").paginate():
        yield from (name for name in page["TableNames"] if name.startswith(of_product))


def _tables(platform: PlatformRefs, package: str) -> Iterator[Table]:
    pages = aws.glue(platform).get_paginator("get_tables")
    for layer, database in platform.databases:
        for page in pages.paginate(DatabaseName=database):
            for table in page["TableList"]:
                if _is_of(package, layer, table):
                    yield Table(database, table["Name"], _prefix(platform, table))


def _is_of(package: str, layer: str, table: Mapping[str, Any]) -> bool:
    """Return whether a product made a table; one from before tables carried their product is of no product."""
    name, noted = table["Name"], table.get("Parameters", {}).get(PRODUCT)
    if noted:
        return bool(noted == package)
    named_after = {"labels": {package}, _LOG: {package, feedback_table(package)}}
    return name in named_after.get(layer, ()) or name.startswith(f"{package}{OF}")


def _prefix(platform: PlatformRefs, table: Mapping[str, Any]) -> str:
    """Return the prefix of a table's files; empty if it is not a folder below a layer of the lake's bucket."""
    location, bucket = table.get("StorageDescriptor", {}).get("Location", ""), f"s3://{platform.lake_bucket}/"
    inside = location.removeprefix(bucket).strip("/")
    return f"{inside}/" if location.startswith(bucket) and "/" in inside else ""


def _prefixes(package: str) -> Iterator[str]:
    """Yield the prefixes of files that no table leads to: those of a write that died before its first commit."""
    yield from (f"{layer}/{package}{OF}" for layer in Databases.model_fields)
    yield from (f"labels/{package}/", f"{_LOG}/{package}/", f"{_LOG}/{feedback_table(package)}/")


def _keys(platform: PlatformRefs, bucket: str, prefix: str) -> Iterator[str]:
    pages = aws.s3(platform).get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        yield from (entry["Key"] for entry in page.get("Contents", []))


def _delete_objects(platform: PlatformRefs, bucket: str, keys: Sequence[str]) -> None:
    client = aws.s3(platform)
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        done = client.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True})
        for error in done.get("Errors", [])[:1]:
            raise SixfoldError(
                f"S3 does not delete s3://{bucket}/{error['Key']}: {error['Code']}: {error['Message']}",
                remedy="see that you may delete objects of this bucket, and run the same command again",
            )
