"""Property values on the wire: protobuf structs in which unknowns and secrets are marked by signatures.

The signatures are those of the engine: pulumi's `sdk/go/common/resource/properties.go`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from pulumi_sixfold.kit.args import UNKNOWN, Unknown

_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_KEY = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a signature, not a secret
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"


@dataclass(frozen=True)
class Properties:
    """Plain values, the names of those in which something is secret, and by these names the texts that are marked."""

    values: dict[str, Any]
    secrets: frozenset[str] = frozenset()
    marked: Mapping[str, frozenset[str]] = field(default_factory=dict)


def decode(struct: Struct) -> Properties:
    """Read a struct; nulls are left out, a property with a secret anywhere inside counts as secret as a whole."""
    values: dict[str, Any] = {}
    marked: dict[str, frozenset[str]] = {}
    for name, value in struct.fields.items():
        found: list[Any] = []
        plain = _decode(value, found)
        if plain is not None:
            values[name] = plain
        if found:
            marked[name] = frozenset(_texts(found))
    return Properties(values, frozenset(marked), marked)


def encode(values: Mapping[str, Any], secrets: Collection[str] = ()) -> Struct:
    """Write a struct, with the named properties marked as secret."""
    struct = Struct()
    marked = {k: {_KEY: _SECRET, "value": v} if k in secrets else v for k, v in values.items() if v is not None}
    struct.update({name: _encode(value) for name, value in marked.items()})
    return struct


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping | list):
        for part in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(part)
    elif value not in (None, "") and not isinstance(value, bool | Unknown):
        yield str(value)


def _decode(value: Value, secret: list[Any]) -> Any:  # noqa: ANN401 - any JSON value
    match value.WhichOneof("kind"):
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            return UNKNOWN if value.string_value == _UNKNOWN else value.string_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_decode(item, secret) for item in value.list_value.values]
        case "struct_value":
            return _decode_struct(value.struct_value, secret)
        case _:
            return None


def _decode_struct(struct: Struct, secret: list[Any]) -> Any:  # noqa: ANN401 - any JSON value
    fields = struct.fields
    match fields[_KEY].string_value if _KEY in fields else None:
        case None:
            return {key: _decode(part, secret) for key, part in fields.items()}
        case signature if signature == _SECRET:
            secret.append(_decode(fields["value"], []))
            return secret[-1]
        case signature if signature == _OUTPUT:
            inside: list[Any] = []
            value = _decode(fields["value"], inside) if "value" in fields else UNKNOWN
            is_secret = "secret" in fields and fields["secret"].bool_value
            secret.extend([value] if is_secret else inside)
            return value
        case signature if signature == _RESOURCE:
            return _decode(fields["id"], secret) if "id" in fields else fields["urn"].string_value
        case _:
            raise ValueError("assets and archives are not accepted; write the text, or a path, instead")


def _encode(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Unknown):
        return _UNKNOWN
    if isinstance(value, Mapping):
        return {str(key): _encode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_encode(part) for part in value]
    return value
