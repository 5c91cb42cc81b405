"""Leaks of a stack in AWS: found by the URN tag, and by listing the types that the Tagging API does not cover.

Tagging API: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html. It knows some
resources for long after they are gone, and keys and secrets that only wait for their end: each find is read again.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from infra.checks.state import Held
from pulumi_sixfold.aws.handler import URN_TAG, AwsHandler, from_pairs
from pulumi_sixfold.kit.naming import owner


class Left(NamedTuple):
    """A resource that still exists: its type, its id, and the mark with the URN that created it."""

    type: str
    id: str
    mark: str


def leaks(handlers: Mapping[str, AwsHandler[Any]], stack: str, project: str) -> list[Left]:
    """Return the existing resources of a stack, in AWS's own names. `handlers` are by type, all of one provider."""
    ours = owner(f"urn:pulumi:{stack}::{project}::")
    listed = (Left(kind, known, mark) for kind, each in handlers.items() for known, mark in each.marked())
    found = {each for each in (*_tagged(handlers), *listed) if each.mark.startswith(ours)}
    return sorted(found)


def survivors(handlers: Mapping[str, AwsHandler[Any]], known: Iterable[Held]) -> list[Left]:
    """Return which of the resources that a state held still exist, whatever marks they carry."""
    return [
        Left(kind, resource_id, owner(urn))
        for kind, resource_id, urn in known
        if kind in handlers and handlers[kind].read(resource_id) is not None
    ]


def _tagged(handlers: Mapping[str, AwsHandler[Any]]) -> Iterator[Left]:
    some = next(iter(handlers.values()))
    client = some.client_for("resourcegroupstaggingapi")
    for page in client.get_paginator("get_resources").paginate(TagFilters=[{"Key": URN_TAG}]):
        for each in page["ResourceTagMappingList"]:
            mark, arn = from_pairs(each["Tags"])[URN_TAG], each["ResourceARN"]
            kind = mark.split("::")[2].rsplit("/", 1)[-1]
            if kind not in handlers:
                yield Left(kind, arn, mark)  # of a type that this version does not know: nobody else would name it
            elif handlers[kind].remains(arn):
                yield Left(kind, handlers[kind].id_of(arn), mark)
