"""Permissions that an IAM-style policy document grants. Pure.

Grammar: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from infra.policies.values import UNKNOWN, get, items, texts

Statement = dict[str, Any]

# With one of these compared to a fixed value, "everyone" is no longer everyone.
_OPERATORS = {"StringEquals", "StringLike", "ArnEquals", "ArnLike"}
_NARROWING = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "kms:calleraccount",
}


def allowing(document: object) -> list[Statement]:
    """Return the Allow statements of a document: JSON text, a dict, or a value that is not known yet."""
    found = json.loads(document) if isinstance(document, str) else document
    return [each for each in items(get(found, "Statement")) if get(each, "Effect") == "Allow"]


def is_public(statement: Statement) -> bool:
    """Return whether anyone at all is meant."""
    principal = statement.get("Principal")
    everyone = principal == "*" or "*" in texts(get(principal, "AWS")) or "NotPrincipal" in statement
    return everyone and not _is_narrowed(statement)


def grants(statement: Statement, actions: Iterable[str]) -> bool:
    """Return whether one of these actions is allowed."""
    if "NotAction" in statement:
        return not all(_matches(action, texts(statement["NotAction"])) for action in actions)
    return any(_matches(action, texts(statement.get("Action"))) for action in actions)


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
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def _is_narrowed(statement: Statement) -> bool:
    condition = get(statement, "Condition")
    if condition is UNKNOWN:
        return True
    return any(
        operator in _OPERATORS and key.lower() in _NARROWING and "*" not in texts(value)
        for operator, tests in (condition or {}).items()
        for key, value in (tests.items() if isinstance(tests, dict) else ())
    )
