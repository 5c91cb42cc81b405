"""Records what AWS answers while a handler reads, and plays it back with a member changed."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.facts import Facts
from tests.unit.pulumi_sixfold.aws._shapes import Path, as_set

Answers = Mapping[str, list[dict[str, Any]]]
"""Operation → its answers, in the order of the calls."""

_DOCUMENTS = {"AssumeRolePolicyDocument", "Document", "PolicyDocument"}


def recorded(handler: Any, resource_id: str) -> Answers:
    """Return the answers to all calls of a read; those about something that is not set are left out."""
    answers: dict[str, list[dict[str, Any]]] = {}

    def keep(model: Any, parsed: Any, **_: object) -> None:
        if "Body" in parsed:
            parsed["Body"] = io.BytesIO(parsed["Body"].read())
        body = {key: deepcopy(value) for key, value in parsed.items() if key != "ResponseMetadata"}
        answers.setdefault(model.name, []).append(body)

    with _heard(handler, "after-call", keep):
        handler.describe(resource_id)
    return answers


@contextmanager
def played(handler: Any, answers: Answers) -> Iterator[None]:
    """Have these answers given, each as often as it is asked for."""
    left = {operation: list(found) for operation, found in answers.items()}

    def answer(model: Any, **_: object) -> Any:
        found = left[model.name]
        body = deepcopy(found.pop(0) if len(found) > 1 else found[0])
        if isinstance(body.get("Body"), bytes):
            body["Body"] = io.BytesIO(body["Body"])
        if model.service_model.service_name == "iam":
            body = _quoted(body)
        status = 404 if "Error" in body else 200
        response = type("Response", (), {"status_code": status, "headers": {}, "content": b""})()
        return response, {**body, "ResponseMetadata": {"HTTPStatusCode": status}}

    with _heard(handler, "before-call", answer):
        yield


@contextmanager
def _heard(handler: Any, event: str, what: Any) -> Iterator[None]:
    events = handler.client.meta.events
    events.register_first(event, what)
    try:
        yield
    finally:
        events.unregister(event, what)


def _quoted(value: Any) -> Any:
    """Return an answer with its documents as IAM sends them, as text."""
    if isinstance(value, list):
        return [_quoted(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: json.dumps(part) if key in _DOCUMENTS and isinstance(part, dict) else _quoted(part)
        for key, part in value.items()
    }


def is_theirs(facts: Facts, operation: str, path: Path) -> bool:
    """Return whether the facts say that AWS alone sets a member, or what it is in."""
    return _below(facts, operation, path, "theirs")


def is_fixed_to(facts: Facts, operation: str, path: Path, value: Any) -> bool:
    """Return whether a value is one that the type takes for granted, or has nothing else in it."""
    if isinstance(value, dict):
        return all(
            is_fixed_to(facts, operation, (*path, key), part) or is_theirs(facts, operation, (*path, key))
            for key, part in as_set(value).items()
        )
    reading = facts.reads[operation]
    return value in reading.fixed.get(_inside(facts, operation, path), ())


def ours(facts: Facts, answers: Answers) -> Any:
    """Return what answers say beyond what AWS alone sets, and beyond errors."""
    return {
        operation: [as_set(_pruned(facts, operation, (), each)) for each in found if "Error" not in each]
        for operation, found in answers.items()
    }


def _pruned(facts: Facts, operation: str, path: Path, value: Any) -> Any:
    if isinstance(value, dict):
        kept = {
            key: part
            for key, part in value.items()
            if not is_theirs(facts, operation, (*path, key))
            and key != URN_TAG
            and not _is_usual(facts, operation, (*path, key), part)
        }
        return {key: _pruned(facts, operation, (*path, key), part) for key, part in kept.items()}
    if isinstance(value, io.BytesIO):
        return value.getvalue()
    if isinstance(value, str) and '"Statement"' in value:
        return normal.policy(value)
    return [_pruned(facts, operation, path, part) for part in value] if isinstance(value, list) else value


def _is_usual(facts: Facts, operation: str, path: Path, value: Any) -> bool:
    """Return whether a member has the one value that the type takes for granted, so that it may be left out."""
    usual = facts.reads[operation].fixed.get(_inside(facts, operation, path), ())
    return len(usual) == 1 and value == usual[0]


def _below(facts: Facts, operation: str, path: Path, kind: str) -> bool:
    reading = facts.reads.get(operation)
    dotted = _inside(facts, operation, path)
    declared = getattr(reading, kind) if reading else ()
    return any(dotted == each or dotted.startswith(f"{each}.") for each in declared)


def _inside(facts: Facts, operation: str, path: Path) -> str:
    at = facts.reads[operation].at if operation in facts.reads else ""
    return ".".join(path).removeprefix(f"{at}.") if at else ".".join(path)
