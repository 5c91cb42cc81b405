"""The package's schema for the engine and its tools, derived from the same models.

Format: pulumi's package schema, https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/
"""

from collections.abc import Iterable
from typing import Any

from pulumi_sixfold.kit.args import Block
from pulumi_sixfold.kit.handler import Handler, ProviderArgs
from pulumi_sixfold.kit.lookup import Lookup

_ANY = {"$ref": "pulumi.json#/Any"}


def package_schema(handlers: Iterable[type[Handler[Any]]], lookups: Iterable[Lookup] = ()) -> dict[str, Any]:
    """Return the schema of the package `sixfold`."""
    return {
        "name": "sixfold",
        "description": "AWS resources and local processes of the Sixfold platform.",
        "config": {"variables": _inputs(ProviderArgs, frozenset())["inputProperties"]},
        "provider": _inputs(ProviderArgs, frozenset()),
        "resources": {handler.facts.token: _resource(handler) for handler in handlers},
        "functions": {lookup.token: _function(lookup) for lookup in lookups},
    }


def _resource(handler: type[Handler[Any]]) -> dict[str, Any]:
    inputs = _inputs(handler.facts.args, handler.facts.create_only)
    outputs = {name: {"type": "string", "description": text} for name, text in handler.facts.outputs.items()}
    for name in handler.facts.secrets:
        {**inputs["inputProperties"], **outputs}[name]["secret"] = True
    return {
        "description": (handler.facts.args.__doc__ or "").strip(),
        **inputs,
        "properties": {**inputs["inputProperties"], **outputs},
        "required": [*inputs["requiredInputs"], *outputs],
    }


def _function(lookup: Lookup) -> dict[str, Any]:
    given, found = _inputs(lookup.args, frozenset()), _inputs(lookup.result, frozenset())
    return {
        "description": (lookup.result.__doc__ or "").strip(),
        "inputs": {"properties": given["inputProperties"], "required": given["requiredInputs"]},
        "outputs": {"properties": found["inputProperties"], "required": found["requiredInputs"]},
    }


def _inputs(model: type[Block], fixed: frozenset[str]) -> dict[str, Any]:
    json_schema = model.model_json_schema()
    definitions = json_schema.get("$defs", {})
    properties = {
        name: {
            **_type(found, definitions),
            "description": found.get("description", ""),
            **({"willReplaceOnChanges": True} if name in fixed else {}),
        }
        for name, found in json_schema.get("properties", {}).items()
    }
    return {"inputProperties": properties, "requiredInputs": json_schema.get("required", [])}


def _type(found: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the type of a JSON schema node in pulumi's words; nested models are maps of anything."""
    if "anyOf" in found:
        return _type(next(part for part in found["anyOf"] if part.get("type") != "null"), definitions)
    match found.get("type"):
        case "string" | "integer" | "number" | "boolean" as simple:
            return {"type": simple}
        case "array":
            return {"type": "array", "items": _type(found["items"], definitions)}
        case "object":
            inner = found.get("additionalProperties")
            return {"type": "object", "additionalProperties": _type(inner, definitions) if inner else _ANY}
        case _:
            return {"type": "object", "additionalProperties": _ANY}
