"""Permissions that an IAM-style policy document grants. Pure.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from infra.policies.values import UNKNOWN, get, items, texts

Statement = dict[str, Any]

_OPERATORS = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}
_ARN_PARTS = 6
_USUAL = ("arn", "aws", "kms", "eu-west-1", "123456789012")
_KEYS = tuple(f"key/{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "09")
_ROLES = ("a0", "Z-9/a", "0_b")


def allowing(document: object) -> list[Statement]:
    """Return the Allow statements of a document: JSON text, a dict, or a value that is not known yet."""
    found = json.loads(document) if isinstance(document, str) else document
    return [each for each in items(get(found, "Statement")) if get(each, "Effect") == "Allow"]


def documents_of(props: Mapping[str, Any]) -> dict[str, object]:
    """Return the documents of a policy or a role by the property that they are in."""
    inline = get(props, "inline_policies")
    found = {f"inline_policies.{name}": document for name, document in inline.items()} if type(inline) is dict else {}
    return {**found, "policy": get(props, "policy")}


def is_public(statement: Statement) -> bool:
    """Return whether anyone at all is meant."""
    principal = statement.get("Principal")
    named = [who for kind in ("AWS", "Federated") for who in texts(get(principal, kind))]
    everyone = principal == "*" or any(map(is_everything, named)) or "NotPrincipal" in statement
    return everyone and not _is_narrowed(statement)


def grants(statement: Statement, actions: Iterable[str]) -> bool:
    """Return whether one of these actions is allowed."""
    if "NotAction" in statement:
        return not all(_matches(action, texts(statement["NotAction"])) for action in actions)
    return any(_matches(action, texts(statement.get("Action"))) for action in actions)


def is_everything(pattern: str) -> bool:
    """Return whether a pattern fits whatever is there: `*`, and `**` and `?*` as well."""
    return set(pattern) <= {"*", "?"} and "*" in pattern


def is_every_action(pattern: str) -> bool:
    """Return whether a pattern fits every action of every service."""
    service, colon, name = pattern.partition(":")
    return is_everything(service) and (not colon or is_everything(name))


def is_whole_service(pattern: str) -> bool:
    """Return whether a pattern fits all actions of a service, and not those of all services."""
    _, colon, name = pattern.partition(":")
    return bool(colon) and is_everything(name) and not is_every_action(pattern)


def is_every_key(pattern: str) -> bool:
    """Return whether a resource fits every KMS key, of one region and account at least."""
    parts = pattern.split(":", _ARN_PARTS - 1)
    where = [
        part if part and not _has_wildcard(part) else usual for part, usual in zip(parts[:5], _USUAL, strict=False)
    ]
    arn = ":".join([*where, *_USUAL[len(where) :]])
    return all(_fits(f"{arn}:{key}", pattern) for key in _KEYS)


def matches_every_role(pattern: str) -> bool:
    """Return whether a resource fits every role, of one account at least."""
    parts = pattern.split(":", _ARN_PARTS - 1)
    account = parts[4] if len(parts) == _ARN_PARTS and not _has_wildcard(parts[4]) else "123456789012"
    return all(_fits(f"arn:aws:iam::{account}:role/{name}", pattern) for name in _ROLES)


def for_everyone(props: Mapping[str, Any], actions: Iterable[str] = ()) -> Iterator[str]:
    """Find statements of a resource's `policy` that are for anyone at all; with `actions`, those that allow these."""
    for statement in allowing(props.get("policy")):
        if is_public(statement) and (not actions or grants(statement, actions)):
            yield f"{name_of(statement)} of the policy is for everyone"


def name_of(statement: Statement) -> str:
    """Return a text by which a statement is found in its document."""
    sid = statement.get("Sid")
    return f"statement {sid}" if isinstance(sid, str) else "a statement without a Sid"


def _matches(action: str, patterns: Iterable[str]) -> bool:
    return any(_fits(action.lower(), pattern.lower()) for pattern in patterns)


def _fits(text: str, pattern: str) -> bool:
    """Return whether a text fits a pattern of IAM, whose only wildcards are `*` and `?`."""
    wild = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wild.get(each, re.escape(each)) for each in pattern), text, re.DOTALL) is not None


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def _is_narrowed(statement: Statement) -> bool:
    condition = get(statement, "Condition")
    if condition is UNKNOWN:
        return True
    return any(
        operator in _OPERATORS and key.lower() in _NARROWING and all(map(_NARROWING[key.lower()], texts(value)))
        for operator, tests in (condition or {}).items()
        for key, value in (tests.items() if isinstance(tests, dict) else ())
    )


def _is_one(value: str) -> bool:
    """Return whether an account, an organisation or a VPC is named, and not a pattern that others fit too."""
    return not _has_wildcard(value)


def _is_of_one(arn: str) -> bool:
    """Return whether an ARN is of one account; or where it has none, as a bucket's, of one resource."""
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS:
        return False
    account, resource = parts[4:]
    return bool(account) and not _has_wildcard(account) if account else bool(resource) and resource[0] not in "*?"


# Compared to a value that one account, one organisation or one resource has, "everyone" is no longer everyone.
_NARROWING: Mapping[str, Callable[[str], bool]] = {
    "aws:principalaccount": _is_one,
    "aws:principalarn": _is_of_one,
    "aws:principalorgid": _is_one,
    "aws:sourceaccount": _is_one,
    "aws:sourcearn": _is_of_one,
    "aws:sourceowner": _is_one,
    "aws:sourcevpc": _is_one,
    "aws:sourcevpce": _is_one,
    "kms:calleraccount": _is_one,
}
