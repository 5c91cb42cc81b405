"""The keyring of a product: hashes of the keys of its consumers, and the secret that the service signs with.

It is the value of the product's secret in Secrets Manager. A key is 32 random bytes, so that a plain SHA-256 of it is
enough: the slow hashes are for words that people choose (NIST SP 800-63B, section 3.1.2).
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Annotated, NamedTuple

from pydantic import Field

from sixfold.declared import Slug, Strict
from sixfold.errors import SixfoldError
from sixfold.moments import Moment

SIGNING = "signing"
"""The member of the ring that a new secret begins with."""
_KEY = re.compile(r"sixfold_([0-9a-f]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
_SIGNED_BEFORE = 4
_NOBODY = sha256(b"").hexdigest()
Secret = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Key(Strict):
    """One key of a consumer: its number, which may be shown, and its hash."""

    id: str
    sha256: Secret
    since: Moment
    until: Moment | None = None

    def valid(self, now: datetime) -> bool:
        """Return whether it opens anything at a moment."""
        return self.until is None or now < self.until


class Keyring(Strict):
    """The keys of a product's consumers, by consumer, and the secrets that sign, of which the first is in use."""

    signing: Secret
    signed_before: tuple[Secret, ...] = ()
    consumers: Mapping[Slug, tuple[Key, ...]] = {}

    @cached_property
    def signers(self) -> tuple[bytes, ...]:
        """The secrets by which a signature can be right."""
        return tuple(bytes.fromhex(each) for each in (self.signing, *self.signed_before))

    def consumer_of(self, text: str, now: datetime) -> str | None:
        """Return whose key a text is; None where it is nobody's any more. It takes the same time for every text."""
        found = _KEY.fullmatch(text)
        owner = self._owners.get(found[1]) if found else None
        right = hmac.compare_digest(sha256(text.encode()).hexdigest(), owner.key.sha256 if owner else _NOBODY)
        return owner.consumer if owner and right and owner.key.valid(now) else None

    def keys_of(self, consumer: str, now: datetime) -> tuple[Key, ...]:
        """Return the keys of a consumer that are valid, the oldest first."""
        return tuple(key for key in self.consumers.get(consumer, ()) if key.valid(now))

    @cached_property
    def _owners(self) -> dict[str, "_Owner"]:
        return {key.id: _Owner(consumer, key) for consumer, keys in self.consumers.items() for key in keys}


class _Owner(NamedTuple):
    consumer: str
    key: Key


def new() -> Keyring:
    """Return a ring without keys."""
    return Keyring(signing=secrets.token_hex(32))


def add(ring: Keyring, consumer: str, now: datetime) -> tuple[Keyring, str]:
    """Return the ring with a first key of a consumer, and that key, which is nowhere else.

    Raises:
        SixfoldError: the consumer has one.

    """
    if ring.keys_of(consumer, now):
        raise SixfoldError(f"{consumer} has a key already", remedy="rotate it: the old one goes on for some days")
    key, text = _draw(now)
    return _changed(ring, consumer, (key,)), text


def rotate(ring: Keyring, consumer: str, now: datetime, overlap: timedelta) -> tuple[Keyring, str]:
    """Return the ring with a new key of a consumer, and that key; the one before ends after `overlap`, older ones now.

    Raises:
        SixfoldError: the consumer has no key.

    """
    held = ring.keys_of(consumer, now)
    if not held:
        raise SixfoldError(f"{consumer} has no key that could be rotated", remedy="add one")
    ends = min(now + overlap, held[-1].until or now + overlap)
    key, text = _draw(now)
    return _changed(ring, consumer, (held[-1].model_copy(update={"until": ends}), key)), text


def revoke(ring: Keyring, consumer: str, now: datetime, number: str | None = None) -> Keyring:
    """Return the ring without the keys of a consumer, or without one of them.

    Raises:
        SixfoldError: there is no such key.

    """
    held = ring.keys_of(consumer, now)
    left = tuple(key for key in held if number is not None and key.id != number)
    if len(left) == len(held):
        known = ", ".join(key.id for key in held) or "none"
        raise SixfoldError(f"{consumer} has no such key", remedy=f"name one of its keys: {known}")
    return _changed(ring, consumer, left)


def resign(ring: Keyring) -> Keyring:
    """Return the ring with a new secret that signs; the four before it go on to be recognised."""
    before = (ring.signing, *ring.signed_before)[:_SIGNED_BEFORE]
    return Keyring(signing=secrets.token_hex(32), signed_before=before, consumers=ring.consumers)


def _changed(ring: Keyring, consumer: str, keys: tuple[Key, ...]) -> Keyring:
    others = {name: held for name, held in ring.consumers.items() if name != consumer}
    consumers = others | ({consumer: keys} if keys else {})
    return Keyring(signing=ring.signing, signed_before=ring.signed_before, consumers=consumers)


def _draw(now: datetime) -> tuple[Key, str]:
    number = secrets.token_hex(6)
    text = f"sixfold_{number}_{secrets.token_urlsafe(32)}"
    return Key(id=number, sha256=sha256(text.encode()).hexdigest(), since=now.astimezone(UTC)), text
