"""The AWS calls of a resource's life, recorded from the handlers once, and made again by plain boto3."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import Event
from typing import Any, NamedTuple

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from bench.kinds import KINDS, REGION, inputs
from pulumi_sixfold.kit.handler import ProviderArgs


class Call(NamedTuple):
    """One call of boto3."""

    service: str
    operation: str
    parameters: dict[str, Any]


Life = dict[str, list[Call]]
"""Phase (`up`, `refresh`, `destroy`) → the calls of one resource."""


def record(moto: str, number: int) -> Life:
    """Take resource `number` of a bench through its life, as the plugin does, and return the calls."""
    kind, model = KINDS[number % len(KINDS)]
    handler = kind(ProviderArgs(region=REGION, endpoint=moto), Event())
    args, made, life = model.model_validate(inputs(number)), list[Call](), Life()

    def remember(params: dict[str, Any], model: Any, **_: object) -> None:  # noqa: ANN401 - botocore's
        made.append(Call(handler.facts.service, xform_name(model.name), dict(params)))

    handler.client.meta.events.register_first("provide-client-params", remember, unique_id="bench")
    try:
        resource_id = handler.create(owner := f"urn:{number}", args)
        handler.update(owner, resource_id, args)
        handler.read(resource_id)
        life["up"] = made.copy()
        made.clear()
        handler.read(resource_id)
        life["refresh"] = made.copy()
        made.clear()
        handler.delete(resource_id, args)
        life["destroy"] = made.copy()
    finally:
        handler.client.meta.events.unregister("provide-client-params", unique_id="bench")
    return life


@cache
def clients(moto: str) -> Callable[[str], Any]:
    """Return service → its one client."""
    session: Any = boto3.Session("test", "test", region_name=REGION)
    config = Config(max_pool_connections=64, s3={"addressing_style": "path"})
    services = {kind.facts.service for kind, _ in KINDS}
    made = {service: session.client(service, endpoint_url=moto, config=config) for service in services}
    return made.__getitem__


def replay(client: Callable[[str], Any], lives: Iterable[list[Call]], threads: int) -> None:
    """Make the calls of many resources, each resource's one after the other, in so many threads."""

    def run(calls: list[Call]) -> None:
        for call in calls:
            try:
                getattr(client(call.service), call.operation)(**call.parameters)
            except ClientError:  # the recorded run met it too: a read before a create
                continue

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, lives))
