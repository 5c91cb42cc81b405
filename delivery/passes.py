"""Passes: what the platform's own programs call a product with, in place of a key."""

from datetime import UTC, datetime, timedelta

from sixfold.consumers import PLATFORM
from sixfold.outputs import PlatformRefs
from sixfold.registry.keyrings import Keyrings
from sixfold.signatures import new_pass
from sixfold.wire import AUTHORIZATION

_FOR = timedelta(minutes=10)


class Passes:
    """Makes passes for one product, by what its keyring signs with."""

    def __init__(self, signer: bytes) -> None:
        self._signer = signer

    @classmethod
    def of(cls, platform: PlatformRefs, product: str) -> "Passes":
        """Return passes for a product of a platform; whoever may read its keyring can make them.

        Raises:
            SixfoldError: the keyring cannot be read.

        """
        return cls(Keyrings(platform).read(product).signers[0])

    def headers(self, consumer: str = PLATFORM) -> dict[str, str]:
        """Return the headers of one request, made as a consumer within the next ten minutes."""
        return {AUTHORIZATION: f"Bearer {new_pass(self._signer, consumer, datetime.now(UTC) + _FOR)}"}
