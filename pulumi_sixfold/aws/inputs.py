"""Types of inputs that several AWS types share: each refuses what AWS would refuse, or write otherwise.

A refusal names what to write instead; what is refused in a preview does not fail half-way through an `up`.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from pulumi_sixfold.aws import normal
from pulumi_sixfold.kit.args import Document, Input, is_later

_RESERVED = ("aws:", "sixfold:alias", "sixfold:urn", "sixfold:value")


def written_as_aws_does(text: str) -> str:
    """Return a block of addresses.

    Raises:
        ValueError: AWS would write it otherwise; the message says how.

    """
    written = normal.cidr(text)
    if text != written:
        raise ValueError(f"{text} is not how AWS writes it: write {written}")
    return text


def _policy(document: Any) -> Any:  # noqa: ANN401 - a Document
    if is_later(document):
        return document
    found = json.loads(document)
    statements = normal.as_list(found.get("Statement")) if isinstance(found, Mapping) else None
    if statements is None or "Statement" not in found or not all(isinstance(each, Mapping) for each in statements):
        raise ValueError('is no policy document: it is an object with "Statement", a list of objects')
    return document


def _free_keys(tags: Mapping[str, Any]) -> Mapping[str, Any]:
    reserved = [key for key in tags if key.lower().startswith("aws:") or key in _RESERVED]
    if reserved:
        raise ValueError(f"{', '.join(reserved)}: these keys belong to AWS, or to the provider; choose others")
    return tags


def _one_case(tags: Mapping[str, Any]) -> Mapping[str, Any]:
    folded: dict[str, str] = {}
    for key in tags:
        if folded.setdefault(key.lower(), key) != key:
            raise ValueError(f"{folded[key.lower()]} and {key} are one key for IAM: leave one of them out")
    return _free_keys(tags)


Cidr = Annotated[str, AfterValidator(written_as_aws_does)]
"""A block of addresses, IPv4 or IPv6, without bits behind its prefix."""

Policy = Annotated[Document, AfterValidator(_policy)]
"""A policy document; compared by what it means."""

Tags = Input[Annotated[dict[str, Input[str]], AfterValidator(_free_keys)]]
"""Tags, without keys that belong to AWS or to the provider."""

IamTags = Input[Annotated[dict[str, Input[str]], AfterValidator(_one_case)]]
"""Tags of a service for which keys that differ in case alone are one."""
