"""Signatures by the ring of a product: on prediction ids, passes of the platform's programs, and copies of requests.

Signatures are keyed BLAKE2b (RFC 7693), each kind with a word of its own, so that none can be taken for another.
Checking one asks nobody and takes the same time whether it is right or not.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from hmac import compare_digest

_HEAD = 10
_MARK = "sixfold-pass"
_SIZES = {b"prediction": 6, b"pass": 16, b"copy": 16}
"""Bytes of each kind of signature."""


def prediction_ids(signer: bytes, consumer: str) -> Callable[[], str]:
    """Return a function that returns ids for predictions of a consumer.

    Each is a UUID of version 8 (RFC 9562): 74 random bits, and a signature of 48 over them and the consumer.
    Who guesses 2,000 a second finds one in 890 years (2^48 by five signers), and then it is of no logged prediction.
    """
    begun = _begin(signer, b"prediction", consumer.encode())

    def draw() -> str:
        head = bytearray(os.urandom(_HEAD))
        head[6] = 0x80 | head[6] & 0x0F
        head[8] = 0x80 | head[8] & 0x3F
        mac = begun.copy()
        mac.update(head)
        text = (head + mac.digest()).hex()
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    return draw


def is_issued(signers: Sequence[bytes], prediction_id: bytes, consumer: str) -> bool:
    """Return whether the 16 bytes of a prediction id were given to this consumer by a service of this ring."""
    head, mac = prediction_id[:_HEAD], prediction_id[_HEAD:]
    return _signed(signers, b"prediction", mac, consumer.encode(), head)


def new_pass(signer: bytes, consumer: str, until: datetime) -> str:
    """Return a pass, with which a program of the platform calls in place of a key, as some consumer, until a moment.

    Whoever may read the ring may make one; nothing has to be kept or revoked for it.
    """
    seconds = str(int(until.timestamp()))
    return "_".join((_MARK, consumer, seconds, _mac(signer, b"pass", consumer.encode(), seconds.encode()).hex()))


def bearer_of(signers: Sequence[bytes], text: str, now: datetime) -> str | None:
    """Return the consumer that a pass is made out for; None where it is none, or has ended."""
    kind, consumer, until, mac = _split(text, "_", 4)
    if kind != _MARK or not _signed(signers, b"pass", _bytes(mac), consumer.encode(), until.encode()):
        return None
    return consumer if int(until) > now.timestamp() else None


def sign_copy(signer: bytes, consumer: str, made: str, body: bytes) -> str:
    """Return the header of a request that is the copy of a consumer's: when it was made, whose it is, a signature."""
    parts = (made.encode(), consumer.encode(), body)
    return f"{made} {consumer} {_mac(signer, b'copy', *parts).hex()}"


def copied_from(signers: Sequence[bytes], header: str, body: bytes) -> tuple[str, str] | None:
    """Return the moment and the consumer of the request that this is a copy of; None where no release says so."""
    made, consumer, mac = _split(header, " ", 3)
    right = _signed(signers, b"copy", _bytes(mac), made.encode(), consumer.encode(), body)
    return (made, consumer) if right else None


def _signed(signers: Sequence[bytes], kind: bytes, mac: bytes, *parts: bytes) -> bool:
    right = [compare_digest(_mac(signer, kind, *parts), mac) for signer in signers]  # all of them: no early end
    return any(right)


def _mac(signer: bytes, kind: bytes, *parts: bytes) -> bytes:
    *others, last = parts
    mac = _begin(signer, kind, *others)
    mac.update(last)
    return mac.digest()


def _begin(signer: bytes, kind: bytes, *parts: bytes) -> blake2b:
    """Return the signature of all parts but the last, each with its length before it: no two lists read the same."""
    framed = b"".join(len(part).to_bytes(4) + part for part in parts)
    return blake2b(framed, digest_size=_SIZES[kind], key=signer, person=kind)


def _split(text: str, at: str, number: int) -> list[str]:
    """Return so many parts; empty ones where there are fewer or more."""
    parts = text.split(at)
    return parts if len(parts) == number else [""] * number


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
