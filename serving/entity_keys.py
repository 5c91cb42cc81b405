"""Keys of online rows, as Feast writes them to DynamoDB: docs.feast.dev, serialization of entity keys, version 3."""

import struct
from collections.abc import Mapping

import mmh3

_STRING = struct.pack("<I", 2)  # feast.types.ValueType.STRING


def entity_id(keys: Mapping[str, str]) -> str:
    """Return the id of an entity's row, by the values of its join keys: all of them are texts."""
    names = sorted(keys)
    parts = [struct.pack("<I", len(names))]
    parts += [_STRING + _sized(name) for name in names]
    parts += [_STRING + _sized(keys[name]) for name in names]
    return mmh3.hash_bytes(b"".join(parts)).hex()


def _sized(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<I", len(encoded)) + encoded
