"""Signed documents: DSSE envelopes, version 1, as in-toto and SLSA have them. Without I/O.

Format: https://github.com/secure-systems-lab/dsse/blob/master/envelope.md, with one signature.
"""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Protocol


class Key(Protocol):
    """A key that signs documents, and knows its own signatures."""

    name: str

    def sign(self, message: bytes) -> bytes:
        """Return a signature of the message."""
        ...

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Return whether the signature is of the message, by this key."""
        ...


@dataclass(frozen=True)
class Envelope:
    """A document of some media type, and its signature, which may be anybody's: `is_signed_by` says whose."""

    kind: str
    payload: bytes
    signature: bytes

    def is_signed_by(self, key: Key, kind: str) -> bool:
        """Return whether the key signed this document, as one of that media type."""
        return kind == self.kind and key.verifies(_message(kind, self.payload), self.signature)


def seal(key: Key, kind: str, payload: bytes) -> bytes:
    """Return the JSON of an envelope around a document of some media type, signed by the key."""
    signature = key.sign(_message(kind, payload))
    signed = {"keyid": key.name, "sig": b64encode(signature).decode()}
    envelope = {"payloadType": kind, "payload": b64encode(payload).decode(), "signatures": [signed]}
    return json.dumps(envelope, indent=2).encode()


def read(body: bytes) -> Envelope | None:
    """Return the envelope in a JSON text, None where it is none."""
    try:
        found = json.loads(body)
        (signed,) = found["signatures"]
        payload, signature = (b64decode(text, validate=True) for text in (found["payload"], signed["sig"]))
        return Envelope(str(found["payloadType"]), payload, signature)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _message(kind: str, payload: bytes) -> bytes:
    """Return the bytes to sign: both parts with their lengths, so that no two documents give the same."""
    name = kind.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)
