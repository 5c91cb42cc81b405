"""A resource's life in the plugin: everything that a stack may ask of a type, in as few steps as that takes."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.engine.conformance._all import needs
from tests.engine.conformance._case import Aws, Case
from tests.iam._plugin import Made, Plugin


def _use_the_main_table(aws: Aws, made: Mapping[str, Made]) -> None:
    """Put the route table's subnet into another one, from which it must be taken."""
    main = aws("ec2").describe_route_tables(Filters=[{"Name": "association.main", "Values": ["true"]}])["RouteTables"]
    table = next(each["RouteTableId"] for each in main if each["VpcId"] == made["net"].id)
    aws("ec2").associate_route_table(RouteTableId=table, SubnetId=made["net_a"].id)


BEFORE: Mapping[str, Callable[[Aws, Mapping[str, Made]], object]] = {"ec2_route_table": _use_the_main_table}
"""Case → what somebody does before its life, given what it refers to."""

CONTENT: Mapping[str, Callable[[Aws, str], object]] = {
    "bucket": lambda aws, name: aws("s3").put_object(Bucket=name, Key="a", Body=b""),
}
"""Case → what somebody puts in, so that a delete has to empty it."""

# moto gives an endpoint a route table back without its route, and then cannot remove the endpoint; a pair that signs
# never rotates.
NO_WAY_BACK: Mapping[str, str] = {"ec2_gateway_endpoint": "route_table_ids", "kms_key": "rotation"}
"""Case → the input that stays as it was changed."""


def prepare(plugin: Plugin, cases: Mapping[str, Case], names: set[str], aws: Aws) -> dict[str, Made]:
    """Make what cases refer to, and return it by name."""
    wanted: set[str] = set()
    for name in reversed(cases):
        wanted |= needs(cases[name]) if name in wanted | names else set()
    made: dict[str, Made] = {}
    for name, case in cases.items():
        if name in wanted:
            made[name] = plugin.create(case.handler.facts.token, name, resolved(case.args, made))
    for name in names & BEFORE.keys():
        BEFORE[name](aws, made)
    return made


def live(plugin: Plugin, name: str, case: Case, others: Mapping[str, Made], aws: Aws) -> None:
    """Make it, find it again, change it step by step and back, remove it; make it again, fill it, remove it."""
    token, fixed = case.handler.facts.token, case.handler.facts.create_only
    first = now = resolved(case.args, others)
    plugin.create(token, name, first)
    made = plugin.create(token, name, first)
    for change in case.changes:
        now = {**now, **resolved(change, others)}
        if fixed & change.keys():
            plugin.delete(made)
            made = plugin.create(token, name, now)
        else:
            plugin.update(made, now)
    stays = {*fixed, NO_WAY_BACK.get(name)} & now.keys()
    plugin.update(made, {**first, **{key: now[key] for key in stays}})
    plugin.delete(made)
    made = plugin.create(token, name, now)
    if name in CONTENT:
        CONTENT[name](aws, made.id)
    plugin.delete(made)


def resolved(given: Any, made: Mapping[str, Made]) -> Any:
    """Return inputs with the outputs that they refer to."""
    if isinstance(given, str) and given.startswith("@"):
        name, output = given[1:].split(".")
        return made[name].id if output == "id" else made[name].properties[output]
    if isinstance(given, dict):
        return {key: resolved(value, made) for key, value in given.items()}
    return [resolved(item, made) for item in given] if isinstance(given, list) else given
