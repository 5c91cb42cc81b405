"""The order of a ledger's entries, which each of them has the hash of. Without I/O."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sixfold.registry.entries import Entry

SKEW = timedelta(hours=1)
"""Clocks of two machines that write to one ledger may differ by so much."""


def chain(bodies: Iterable[bytes]) -> str | None:
    """Return the hash (sha256, hex) of the last entry as it was written, and of the hash of those before it."""
    link = None
    for body in bodies:
        link = _link(link, body)
    return link


def fault_in(entries: Sequence[Entry], bodies: Sequence[bytes]) -> str | None:
    """Return why these are not all entries of a ledger in their order, None where they are.

    Args:
        entries: by number.
        bodies: each of them as it was written.

    """
    earlier: Entry | None = None
    link: str | None = None
    for number, (entry, body) in enumerate(zip(entries, bodies, strict=True), 1):
        if entry.number != number:
            return f"entry {number} is missing, and there is an entry {entry.number}"
        if earlier and entry.at < earlier.at - SKEW:
            return f"entry {number} is older than the entry before it"
        if entry.before is None and earlier and earlier.before:
            return f"entry {number} does not say what it follows, and the one before it does"
        if entry.before and entry.before != link:
            return f"entry {number} follows other entries than those that are there"
        earlier, link = entry, _link(link, body)
    if earlier and earlier.at > datetime.now(UTC) + SKEW:
        return f"entry {earlier.number} is of the future, {earlier.at}"
    return None


def _link(before: str | None, body: bytes) -> str:
    return sha256((before or "").encode() + body).hexdigest()
