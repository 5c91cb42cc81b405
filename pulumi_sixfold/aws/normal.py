"""Normal forms: values that AWS writes otherwise than it was given, each with the one form in which they are compared.

Handlers, the comparison of states, and the policies of a stack all use these. Pure.
"""

import json
import re
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": "-1"}
_LISTS = frozenset({"Action", "NotAction", "NotResource", "Resource"})
_ACCOUNT = re.compile(r"\d{12}")
_PASSWORD = re.compile(r"(?<=://)([^/@:]*):[^/@]*@")


def cidr(text: str) -> str:
    """Return a block of addresses as AWS writes it: 10.0.1.7/16 is 10.0.0.0/16, 0::/0 is ::/0.

    Raises:
        ValueError: the text is no block of addresses.

    """
    return str(ip_network(text, strict=False))


def protocol(text: str) -> str:
    """Return a protocol as EC2 writes it: `TCP` and `6` are `tcp`, `all` is `-1`."""
    return _PROTOCOLS.get(text.lower(), text.lower())


def masked(url: str) -> str:
    """Return an endpoint as SNS shows it, which hides the password in it."""
    return _PASSWORD.sub(r"\1:****@", url)


def policy(document: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy document in the form in which two that mean the same are equal.

    One statement, action or resource is a list of one; lists have no order; an account's id is its root; an empty Sid
    is none. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

    Raises:
        ValueError: the text is no JSON object.

    """
    found = json.loads(document) if isinstance(document, str) else document
    if not isinstance(found, Mapping):
        raise ValueError("is no policy document")  # noqa: TRY004 - a wrong value to whoever wrote it
    return {**found, "Statement": _in_order(_statement(each) for each in as_list(found.get("Statement")))}


def each_policy(documents: Mapping[str, str]) -> dict[str, Any]:
    """Return the normal forms of documents by their names."""
    return {name: policy(document) for name, document in documents.items()}


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - any part of a document
    """Return a list, or the list of one that a value stands for in a document; none for what is absent."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _statement(found: Any) -> Any:  # noqa: ANN401 - any part of a document
    if not isinstance(found, Mapping):
        return found
    plain = {key: value for key, value in found.items() if (key, value) != ("Sid", "")}
    for key in _LISTS & plain.keys():
        plain[key] = _in_order(as_list(plain[key]))
    for key in {"NotPrincipal", "Principal"} & plain.keys():
        plain[key] = _principal(plain[key])
    if isinstance(plain.get("Condition"), Mapping):
        plain["Condition"] = {operator: _tests(tests) for operator, tests in plain["Condition"].items()}
    return plain


def _principal(found: Any) -> Any:  # noqa: ANN401 - any part of a document
    if not isinstance(found, Mapping):
        return found
    return {kind: _in_order(map(_root, as_list(who))) for kind, who in found.items()}


def _root(who: Any) -> Any:  # noqa: ANN401 - any part of a document
    return f"arn:aws:iam::{who}:root" if isinstance(who, str) and _ACCOUNT.fullmatch(who) else who


def _tests(found: Any) -> Any:  # noqa: ANN401 - any part of a document
    if not isinstance(found, Mapping):
        return found
    return {key.lower(): _in_order(_text(value) for value in as_list(values)) for key, values in found.items()}


def _text(value: Any) -> Any:  # noqa: ANN401 - any part of a document
    """Return a value of a condition as AWS keeps it: `true` and 1 are texts."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _in_order(values: Any) -> list[Any]:  # noqa: ANN401 - any iterable of parts of a document
    unique = {json.dumps(value, sort_keys=True): value for value in values}
    return [unique[key] for key in sorted(unique)]
