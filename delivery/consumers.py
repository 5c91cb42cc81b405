"""Consumers' keys: given out, rotated, revoked, listed. A key is returned once, and only its hash is kept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sixfold import keyring
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.keyring import Key, Keyring
from sixfold.outputs import PlatformRefs
from sixfold.registry.keyrings import Keyrings


class Held(NamedTuple):
    """A consumer and its keys that are valid, the oldest first."""

    consumer: str
    keys: tuple[Key, ...]


class Consumers:
    """The consumers of one product of a stack that is up.

    Args:
        platform: of the stack.
        product: its contract.

    """

    def __init__(self, platform: PlatformRefs, product: Product) -> None:
        self._product, self._rings = product, Keyrings(platform)

    def add(self, consumer: str) -> str:
        """Give a consumer its first key, and return it.

        Raises:
            SixfoldError: the contract has no such consumer, it has a key, or the keyring cannot be changed.

        """
        self._require(consumer)
        return self._change(lambda ring: keyring.add(ring, consumer, datetime.now(UTC)))

    def rotate(self, consumer: str, overlap: timedelta) -> str:
        """Give a consumer another key, and return it; the one before ends after `overlap`.

        Raises:
            SixfoldError: it has none, or the keyring cannot be changed.

        """
        self._require(consumer)
        return self._change(lambda ring: keyring.rotate(ring, consumer, datetime.now(UTC), overlap))

    def revoke(self, consumer: str, number: str | None = None) -> None:
        """End all keys of a consumer, or one of them.

        Raises:
            SixfoldError: there is no such key, or the keyring cannot be changed.

        """
        self._change(lambda ring: (keyring.revoke(ring, consumer, datetime.now(UTC), number), ""))

    def rotate_signing(self) -> None:
        """Sign prediction ids with a new secret; the four before it are still recognised.

        Raises:
            SixfoldError: the keyring cannot be changed.

        """
        self._change(lambda ring: (keyring.resign(ring), ""))

    def held(self) -> list[Held]:
        """Return the consumers of the contract, and each other one that has a key.

        Raises:
            SixfoldError: the keyring cannot be read.

        """
        ring, now = self._rings.read(self._product.name), datetime.now(UTC)
        found = (Held(name, ring.keys_of(name, now)) for name in sorted({*self._names, *ring.consumers}))
        return [each for each in found if each.keys or each.consumer in self._names]

    @property
    def _names(self) -> list[str]:
        return [each.name for each in self._product.consumers]

    def _change(self, change: Callable[[Keyring], tuple[Keyring, str]]) -> str:
        return self._rings.change(self._product.name, change)

    def _require(self, consumer: str) -> None:
        if consumer not in self._names:
            raise SixfoldError(
                f"{self._product.name} has no consumer {consumer!r}",
                remedy=f"name one of these: {', '.join(self._names)}; or write it into the product.yaml first",
            )
