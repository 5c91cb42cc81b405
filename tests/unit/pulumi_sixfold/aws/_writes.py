"""Records with which calls a handler writes, and makes the same ones behind its back with a parameter changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import boto3
from botocore import xform_name
from botocore.config import Config

from tests.unit.pulumi_sixfold.aws._shapes import Path, as_set, draw, members, put, seeded

_READS = ("Describe", "Get", "Head", "List", "Scan", "Tag", "Untag")
_NOT_STATE = {
    *(
        "CatalogId",
        "ContentLength",
        "ContentMD5",
        "ExpectedBucketOwner",
        "IfMatch",
        "IfNoneMatch",
        "QueueArn",
        "RequestPayer",
    ),
    *("TagSpecifications", "WriteOffsetBytes", "SSECustomerKey", "SSECustomerKeyMD5", "SSEKMSEncryptionContext"),
    *("ForceRotateNow", "ClientRequestToken", "ReturnSubscriptionArn", "clientRequestToken"),
}
"""Parameters that say how a call is made, or on what; a call goes without them."""
_TAGS = {"AddTags", "ResourceTags", "TagSet", "Tagging", "Tags", "tags"}


class Write(NamedTuple):
    """A call that changes AWS."""

    service: str
    operation: str
    params: dict[str, Any]


@contextmanager
def writes(handler: Any) -> Iterator[list[Write]]:
    """Collect the calls with which a handler writes, the last one of each operation."""
    found: list[Write] = []

    def keep(params: Any, model: Any, **_: object) -> None:
        if not model.name.startswith(_READS):
            found[:] = [each for each in found if each.operation != model.name]
            kept = {key: value for key, value in params.items() if key not in _NOT_STATE}
            found.append(Write(model.service_model.service_name, model.name, kept))

    events = handler.client.meta.events
    events.register("before-parameter-build", keep)
    try:
        yield found
    finally:
        events.unregister("before-parameter-build", keep)


def changed(client: Any, write: Write, resource_id: str) -> Iterator[tuple[Path, Any, dict[str, Any]]]:
    """Yield the parameters of a write with one of them changed to a value that its shape allows."""
    shape = client.meta.service_model.operation_model(write.operation).input_shape
    for path, member in members(shape):
        name = write.params.get(path[0])
        if (
            path[-1].startswith("Checksum")
            or _NOT_STATE & set(path)
            or _TAGS & set(path)
            or (isinstance(name, str) and name in resource_id)
        ):
            continue
        values = [draw(member, seeded(write.operation, path, number), path[-1]) for number in range(8)]
        drawn = [(value, put(shape, write.params, path, value)) for value in values]
        changes = [(value, params) for value, params in drawn if as_set(params) != as_set(write.params)]
        for value, params in changes[:1]:
            yield path, value, params


def call(client: Any, operation: str, params: dict[str, Any]) -> Any:
    """Make a call, by its name as AWS writes it."""
    return getattr(client, xform_name(operation))(**params)


@cache
def by_hand(moto: str, service: str) -> Any:
    """Return a client of somebody else, who tries nothing twice."""
    session: Any = boto3.Session("test", "test", region_name="eu-west-1")
    return session.client(service, endpoint_url=moto, config=Config(retries={"max_attempts": 0}))
