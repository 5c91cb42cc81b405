"""Draws values from botocore's shapes: what AWS's own model lets a member be."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

Path = tuple[str, ...]

_DEEPEST = 5
_ARN = "arn:aws:iam::123456789012:role/drawn"
_POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "x:Y", "Resource": "*"}]})
_MOMENT = datetime(2026, 1, 2, tzinfo=UTC)
_PAGES = {"NextToken", "nextToken", "Marker", "NextMarker", "IsTruncated", "Truncated", "MaxItems", "DryRun"}
# SNS names the keys of its maps in prose alone: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
_OF_SNS = (
    *("DeliveryPolicy", "DisplayName", "Endpoint", "FifoTopic", "FilterPolicy", "KmsMasterKeyId", "Policy", "Protocol"),
    *("RawMessageDelivery", "RedrivePolicy", "ReplayPolicy", "SQSSuccessFeedbackRoleArn", "SignatureVersion"),
    *("SubscriptionRoleArn", "TopicArn", "TracingConfig", "PendingConfirmation", "SubscriptionsConfirmed"),
)


def members(shape: Any, path: Path = (), above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the path and the shape of every member, at any depth; lists do not count."""
    while shape.type_name == "list":
        shape = shape.member
    if len(path) >= _DEEPEST or shape.name in above:
        return
    if shape.type_name == "map" and path and path[-1] == "Attributes":
        yield from (((*path, key), shape.value) for key in sorted(getattr(shape.key, "enum", None) or _OF_SNS))
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name not in _PAGES:
                yield (*path, name), member
                yield from members(member, (*path, name), (*above, shape.name))


def seeded(*what: object) -> Random:
    """Return the source of the values of one member, the same in every run."""
    return Random(repr(what))  # noqa: S311 - no secret


def draw(shape: Any, random: Random, name: str = "", depth: int = 0) -> Any:
    """Return a value that a shape allows."""
    kind = shape.type_name
    if kind == "structure":
        chosen = [key for key in shape.members if key in shape.required_members or depth < 2]
        return {key: draw(shape.members[key], random, key, depth + 1) for key in chosen}
    if kind == "list":
        return [draw(shape.member, random, name, depth + 1)]
    if kind == "map":
        return {draw(shape.key, random, "key", depth + 1): draw(shape.value, random, "value", depth + 1)}
    return _leaf(shape, random, name)


def _leaf(shape: Any, random: Random, name: str) -> Any:
    kind = shape.type_name
    if kind == "boolean":
        return random.random() < 0.5
    if kind in {"integer", "long", "float", "double"}:
        least = int(shape.metadata.get("min", 1))
        return random.randint(least, max(least, min(int(shape.metadata.get("max", 90)), least + 90)))
    return {"timestamp": _MOMENT, "blob": b"drawn"}.get(kind) or _text(shape, random, name)


def _text(shape: Any, random: Random, name: str) -> str:
    if getattr(shape, "enum", None):
        return str(random.choice(shape.enum))
    lower = name.lower()
    if lower.endswith("arn"):
        return _ARN
    if lower.endswith(("document", "policy", "policytext")):
        return _POLICY
    text = f"drawn{random.randint(0, 9)}"
    return text.ljust(int(shape.metadata.get("min", 1)), "x")[: int(shape.metadata.get("max", 64))]


def put(shape: Any, found: Any, path: Path, value: Any, item: int = -1) -> Any:
    """Return a document of a shape with one member set, in the first or the last item of each list on the way."""
    if not path:
        return value
    if shape.type_name == "list":
        items = found or [{}]
        changed = put(shape.member, items[item], path, value, item)
        return [changed, *items[1:]] if item == 0 else [*items[:-1], changed]
    inner = shape.members[path[0]] if shape.type_name == "structure" else shape.value
    return {**(found or {}), path[0]: put(inner, (found or {}).get(path[0]), path[1:], value, item)}


def at(found: Any, path: Path) -> Any:
    """Return a member of a document, of the last item of each list on the way; None where there is none."""
    for step in path:
        found = found[-1] if isinstance(found, list) and found else found
        found = found.get(step) if isinstance(found, dict) else None
    return found


def as_set(value: Any) -> Any:
    """Return a document without what says nothing: AWS writes an empty text, or false, for what nobody has set."""
    if isinstance(value, dict):
        found = {key: as_set(part) for key, part in value.items()}
        return {key: part for key, part in found.items() if part not in (None, "", [], {}, False, 0)}
    if isinstance(value, list):
        return [part for part in map(as_set, value) if part not in (None, "", [], {})]
    return value
