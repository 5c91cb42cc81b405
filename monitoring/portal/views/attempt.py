"""The API of a product for people: its fields in words, its errors, and a command that sends a row."""

import json
import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from monitoring.portal.board import Board
from monitoring.portal.views import facts
from serving.docs import CODES, CODES_OF_FEEDBACK
from sixfold.compatibility import Schema
from sixfold.contract import Product

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
    "null": "nothing",
}
_FORMATS = {"date-time": "moment, such as 2013-10-01T12:00:00Z", "date": "day, such as 2013-10-01", "uuid": "UUID"}
_LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches {}",
    "const": "always {}",
}
_BEYOND = 1e30
"""A bound as wide as a 32-bit number has is none to people."""


class Field(NamedTuple):
    """A field of a row or a prediction, in words."""

    name: str
    required: bool
    type: str
    limits: str
    about: str
    example: str


def view(
    board: Board, product: Product, version: str, edge: str, stack: str, given: Mapping[str, str]
) -> dict[str, Any]:
    """Return the values of the page; `given` are values for fields of the row, from the form."""
    releases = [each for each in facts.live_releases(board, product) if each.version == version]
    cards = (board.cards.value.get(each.digest) for each in sorted(releases, key=lambda each: -each.weight))
    interface = next((card.interface for card in cards if card and card.interface), None)
    fields = {side: list(_fields(schema, product)) for side, schema in interface.items()} if interface else {}
    row = _row(product, fields.get("row", []), given)
    anonymous = stack in product.anonymous
    url = f"{edge}/{product.name}/{version}"
    return {
        "product": product,
        "version": version,
        "declared": product.api_versions[version],
        "url": url,
        "fields": fields,
        "row": row,
        "given": given,
        "anonymous": anonymous,
        "predict": curl(f"{url}/predict", row, anonymous=anonymous),
        "feedback": curl(
            f"{url}/feedback", {"prediction_id": "…", "label": label_example(product)}, anonymous=anonymous
        ),
        "label": label_words(product),
        "today": datetime.now(UTC).date(),
        "errors": sorted((CODES | CODES_OF_FEEDBACK).items()),
    }


def curl(url: str, body: object, *, anonymous: bool) -> str:
    """Return a command that can be pasted into a shell, whatever the body has."""
    key = "" if anonymous else ' -H "Authorization: Bearer $KEY"'
    text = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl {url} -H 'Content-Type: application/json'{key} \\\n  -d {text}"


def label_words(product: Product) -> str:
    """Return the labels that feedback takes, in words."""
    match product.task:
        case "multiclass":
            return f"one of {', '.join(product.classes)}"
        case "binary":
            return "0 for no, 1 for yes"
        case _:
            return "a number"


def label_example(product: Product) -> str | int:
    """Return a label that feedback takes."""
    return product.classes[0] if product.classes else 1


def _row(product: Product, fields: list[Field], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the contract's example with the given values, each as the JSON that it is, or else as text."""
    numeric = {field.name for field in fields if "number" in field.type or "true" in field.type}
    return {**product.example, **{name: _value(text, name in numeric) for name, text in given.items() if text}}


def _value(text: str, numeric: bool) -> Any:  # noqa: ANN401, FBT001 - JSON
    try:
        return json.loads(text, parse_constant=str) if numeric else text
    except ValueError:
        return text


def _fields(schema: Schema, product: Product) -> Iterator[Field]:
    required = set(schema.get("required", ()))
    for name, part in schema.get("properties", {}).items():
        resolved = list(_choices(part, schema))
        kinds = dict.fromkeys(_kind(each, schema) for each in resolved)
        limits = dict.fromkeys(text for each in resolved for text in _limits(each))
        about = next((each["description"] for each in (part, *resolved) if "description" in each), "")
        example = product.example.get(name)
        shown = "" if example is None else example if isinstance(example, str) else json.dumps(example)
        yield Field(name, name in required, " or ".join(kinds), ", ".join(limits), " ".join(about.split()), shown)


def _choices(part: Schema, whole: Schema) -> Iterator[Schema]:
    while "$ref" in part:
        part = whole["$defs"][part["$ref"].rpartition("/")[2]]
    choices = part.get("anyOf")
    if choices is None:
        yield part
        return
    for choice in choices:
        yield from _choices(choice, whole)


def _kind(part: Schema, whole: Schema) -> str:
    if "enum" in part:
        return f"one of {', '.join(str(each) for each in part['enum'])}"
    kind = str(part.get("type", "anything"))
    if kind == "array" and "items" in part:
        return f"list of {' or '.join(dict.fromkeys(_kind(each, whole) for each in _choices(part['items'], whole)))}"
    return _FORMATS.get(str(part.get("format")), _TYPES.get(kind, kind))


def _limits(part: Schema) -> Iterator[str]:
    for key, words in _LIMITS.items():
        value = part.get(key)
        if (
            value is None
            or (isinstance(value, int | float) and abs(value) > _BEYOND)
            or (key == "pattern" and part.get("format"))
        ):
            continue
        yield words.format(f"{value:g}" if isinstance(value, float) else value)
