"""Values of online rows, as Feast writes them: the message `feast.types.Value`, which holds one field or none.

The wire format is Protocol Buffers': protobuf.dev/programming-guides/encoding.
"""

import struct

_INTEGERS = {0x18, 0x20}  # fields 3 and 4, int32 and int64, as a varint
_BOOL, _STRING, _FLOAT, _DOUBLE = 0x38, 0x12, 0x35, 0x29


def decode(value: bytes) -> float | str | bool | None:
    """Return the value of a feature; None for none.

    Raises:
        ValueError: it is of a type that is no number, text or truth value.

    """
    if not value:
        return None
    tag = value[0]
    if tag == _DOUBLE:
        return float(struct.unpack_from("<d", value, 1)[0])
    if tag == _FLOAT:
        return float(struct.unpack_from("<f", value, 1)[0])
    if tag in _INTEGERS:
        number = _varint(value)
        return number - (1 << 64) if number >> 63 else number
    if tag == _BOOL:
        return bool(_varint(value))
    if tag == _STRING:
        length, start = _varint_at(value, 1)
        return value[start : start + length].decode()
    raise ValueError(f"a feature has a value of Feast's field {tag >> 3}, which is no number, text or truth value")


def _varint(value: bytes) -> int:
    return _varint_at(value, 1)[0]


def _varint_at(value: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = value[place]
        place += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the highest bit says that more follows
            return number, place
        shift += 7
