"""Whether a change of an API version's rows or predictions would break those who use it.

Both are JSON Schemas (https://json-schema.org/draft/2020-12) as pydantic writes them. A row that was accepted must be
accepted, and a prediction must be one that could have come before; it may have more fields, which consumers do not
read. What cannot be compared, such as two patterns, counts as a break: somebody has to look at it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

Schema = Mapping[str, Any]
Side = Literal["row", "prediction"]
_WORDS = {"title", "description", "default", "examples", "deprecated", "$defs"}
_LIMITS = (  # inclusive, exclusive, and the side of it on which values are
    ("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1),
    ("minLength", "", 1), ("maxLength", "", -1), ("minItems", "", 1), ("maxItems", "", -1),
)  # fmt: skip
Interface = Mapping[Side, Schema]
"""The schemas of a release's rows and predictions."""
_JSON = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
_PARTS = {"properties", "required", "additionalProperties", "items", "anyOf"}
_COMPARED = {"type", "enum", "const", *_PARTS, *(key for limit in _LIMITS for key in limit[:2])}


class Break(NamedTuple):
    """A field of a row or a prediction, by its path with dots, and how it changed."""

    side: Side
    field: str
    what: str


class _Given(NamedTuple):
    """A schema, and the document whose definitions it names."""

    schema: Schema
    whole: Schema

    def of(self, schema: Schema) -> "_Given":
        while "$ref" in schema:
            schema = self.whole["$defs"][schema["$ref"].rpartition("/")[2]]
        return _Given({key: value for key, value in schema.items() if key not in _WORDS}, self.whole)


def breaks(before: Interface, after: Interface) -> list[Break]:
    """Return the breaks for those who use an API version, when its interface `before` becomes `after`.

    Args:
        before: JSON Schemas of the row and of the prediction.
        after: the same, of the release that is to answer.

    """
    old, new = ({side: _Given(schema, schema).of(schema) for side, schema in each.items()} for each in (before, after))
    rows = (Break("row", *gap) for gap in _gaps("", old["row"], new["row"], "row"))
    predictions = (Break("prediction", *gap) for gap in _gaps("", new["prediction"], old["prediction"], "prediction"))
    return [*rows, *predictions]


def _gaps(path: str, narrow: _Given, wide: _Given, side: Side) -> Iterator[tuple[str, str]]:
    """Yield the fields of which `narrow` allows a value that `wide` does not."""
    if narrow == wide:
        return
    if len(_choices(narrow)) > 1 or len(_choices(wide)) > 1:
        yield from _of_choices(path, narrow, wide, side)
        return
    may = _may(side)
    types, known = _types(narrow.schema), _types(wide.schema)
    if known and not types <= known:
        yield path, f"{may} {' or '.join(sorted(types - known)) or 'anything'} now"
        return
    yield from ((path, f"{may} {what} now") for what in _values(narrow.schema, wide.schema))
    yield from _of_fields(path, narrow, wide, side)
    if "items" in narrow.schema and "items" in wide.schema:
        each = narrow.of(narrow.schema["items"]), wide.of(wide.schema["items"])
        yield from _gaps(f"{path}[]", *each, side)


def _may(side: Side) -> str:
    return "does not take" if side == "row" else "may be"


def _of_choices(path: str, narrow: _Given, wide: _Given, side: Side) -> Iterator[tuple[str, str]]:
    for choice in _choices(narrow):
        found = [list(_gaps(path, choice, other, side)) for other in _choices(wide)]
        if all(found):
            named = " or ".join(sorted(_types(choice.schema))) or "some value"
            nearest = min(found, key=len)
            yield from nearest if len(found) == 1 else [(path, f"{_may(side)} {_shown(choice.schema, named)} now")]


def _choices(given: _Given) -> list[_Given]:
    if "enum" in given.schema and "type" not in given.schema:  # values of several types
        return [given.of({"const": value}) for value in given.schema["enum"]]
    return [given.of(choice) for choice in given.schema.get("anyOf", [given.schema])]


def _shown(schema: Schema, named: str) -> str:
    """Return a value's description: its type, with its limits where it has some."""
    limits = {key: value for key, value in schema.items() if key != "type"}
    return f"{named} {limits}" if limits else named


def _types(schema: Schema) -> set[str]:
    """Return the types of a schema; a whole number is a number too."""
    given = schema.get("type") or [_JSON[type(each)] for each in _listed(schema) or ()]
    types = {given} if isinstance(given, str) else set(given)
    return types | {"integer"} if "number" in types else types


def _values(narrow: Schema, wide: Schema) -> Iterator[str]:
    """Yield the values that only the narrow one allows, as words."""
    allowed, known = _listed(narrow), _listed(wide)
    if known is not None:
        gone = ["any other value"] if allowed is None else [repr(each) for each in allowed if each not in known]
        if gone:
            yield ", ".join(gone)
    for inclusive, exclusive, sign in _LIMITS:
        limit, reached = _limit(wide, inclusive, exclusive, sign), _limit(narrow, inclusive, exclusive, sign)
        if limit and allowed:
            reached = min((sign * _size(each), False) for each in allowed)
        if limit and (reached is None or reached < limit):
            yield f"{'less' if sign > 0 else 'more'} than {sign * limit[0]:g} ({inclusive})"
    for key in sorted(wide.keys() - _COMPARED):
        if narrow.get(key) != wide[key]:
            yield f"what is not {key} {wide[key]!r}"


def _listed(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limit(schema: Schema, inclusive: str, exclusive: str, sign: int) -> tuple[float, bool] | None:
    """Return the tighter of two limits, and whether it is itself out; by sign so that a larger one is tighter."""
    found = [(sign * schema[key], out) for key, out in ((inclusive, False), (exclusive, True)) if key in schema]
    return max(found, default=None)


def _size(value: Any) -> float:  # noqa: ANN401 - a value of an enumeration
    return len(value) if isinstance(value, str) else float(value or 0)


def _of_fields(path: str, narrow: _Given, wide: _Given, side: Side) -> Iterator[tuple[str, str]]:
    given, known = narrow.schema.get("properties", {}), wide.schema.get("properties", {})
    dot = f"{path}." if path else ""
    for name in sorted(set(wide.schema.get("required", ())) - set(narrow.schema.get("required", ()))):
        gone = "may be left out now" if name in given else "is gone"
        yield f"{dot}{name}", "is required now" if side == "row" else gone
    for name, schema in given.items():
        if name in known:
            yield from _gaps(f"{dot}{name}", narrow.of(schema), wide.of(known[name]), side)
        elif side == "row" and _closed(wide.schema):
            yield f"{dot}{name}", "is refused now"
    if side == "row" and known and _closed(wide.schema) and not _closed(narrow.schema):
        yield path, "refuses other fields now"


def _closed(schema: Schema) -> bool:
    return schema.get("additionalProperties", True) is False
