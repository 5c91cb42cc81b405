"""Tells in milliseconds whether a step has anything to do, from what it recorded when it last finished.

A record holds the key of the step's inputs, and where the metadata of each of its tables lay then. Every commit to an
Iceberg table moves its metadata, so a table that was changed, dropped or forgotten since makes the step run again.
"""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models import aws
from sixfold.outputs import PlatformRefs

LOAD = "load"
"""The step that loads a product's sources."""


class Done(NamedTuple):
    """The record of a finished step: key of its inputs, metadata location of its tables, and the files that it read."""

    key: str
    tables: dict[str, str | None]
    files: Sequence[str] = ()


def unchanged(platform: PlatformRefs, package: str, step: str, key: str, tables: Iterable[str]) -> bool:
    """Say whether `step` last finished with the same key, and its tables are as it left them."""
    done = recorded(platform, package, step)
    return done is not None and done.tables.keys() == set(tables) and holds(platform, package, done, key)


def holds(platform: PlatformRefs, package: str, done: Done, key: str) -> bool:
    """Say whether the step of a record had the same key, and its tables are as it left them."""
    return done.key == key and done.tables == versions(platform, package, done.tables)


def record(
    platform: PlatformRefs, package: str, step: str, key: str, tables: Iterable[str], files: Iterable[str] = ()
) -> None:
    """Note that `step` has finished, and which files on this machine it has read."""
    body = json.dumps(Done(key, versions(platform, package, tables), [*files])._asdict())
    aws.s3(platform).put_object(Bucket=platform.lake_bucket, Key=_object(package, step), Body=body.encode())


def forget(platform: PlatformRefs, package: str, step: str) -> None:
    """Make `step` run again, whatever it finds."""
    aws.s3(platform).delete_object(Bucket=platform.lake_bucket, Key=_object(package, step))


def recorded(platform: PlatformRefs, package: str, step: str) -> Done | None:
    """Return the record of `step`, or None if it has never finished."""
    found = aws.read_object(platform, platform.lake_bucket, _object(package, step))
    return None if found is None else Done(**json.loads(found))


def versions(platform: PlatformRefs, package: str, tables: Iterable[str]) -> dict[str, str | None]:
    """Return the location of the metadata of a product's tables (`layer.name`), None for one that does not exist."""
    wanted = {name: platform.table(package, name) for name in sorted(tables)}
    pages = aws.glue(platform).get_paginator("get_tables")
    found = {
        (database, table["Name"]): table.get("Parameters", {}).get("metadata_location")
        for database in sorted({database for database, _ in wanted.values()})
        for page in pages.paginate(DatabaseName=database)
        for table in page["TableList"]
    }
    return {name: found.get(place) for name, place in wanted.items()}


def folder(package: str) -> str:
    """Return the prefix, in the lake's bucket, of the records of a product's steps."""
    return f"steps/{package}/"


def _object(package: str, step: str) -> str:
    return f"{folder(package)}{step}.json"
