"""The entries of a ledger where they lie: in signed envelopes in the registry bucket, and copied on this machine.

Bucket: `ledger/<stack>/<product>/<number>.json`, each written once. Each has the hash of those before it, so that the
signature of the last is one for all. The copy in `<home>/ledger/` has the entries alone, under the same names.
"""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry import envelope
from sixfold.registry.bucket import Bucket
from sixfold.registry.chain import fault_in
from sixfold.registry.entries import Entry
from sixfold.registry.envelope import Envelope
from sixfold.registry.signing import SigningKey

KIND = "application/vnd.sixfold.ledger-entry+json"
"""The media type of an entry in its envelope."""


@dataclass(frozen=True)
class Written:
    """An entry with its bytes, which are kept as they are: an older version of us may have written them."""

    entry: Entry
    body: bytes
    sealed: Envelope | None
    in_bucket: bool
    in_copy: bool


class LedgerFiles:
    """The files of one stack's ledger.

    Args:
        platform: which stack and bucket.
        home: the stack's folder on this machine.
        bucket: the client of the registry bucket, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, home: Path, bucket: Bucket | None = None) -> None:
        self._bucket = bucket or Bucket(platform)
        self._key = SigningKey(platform, "ledger")
        self._home = home
        self._prefix = f"ledger/{platform.stack}"

    def believed(self, product: str) -> list[Written]:
        """Return all entries of a product, oldest first: signed, or known to this machine.

        Raises:
            SixfoldError: one was changed after it was written, is not the next one, or is not signed.

        """
        known = self.read(product)
        if known and not (known[-1].in_copy or self.is_signed(known[-1])):  # what gets into the copy was believed
            raise self._foreign(
                product,
                f"{self._key.name} has not signed entry {known[-1].entry.number}",
                f"look at it: if all entries are as they were written, `sixfold sign {product}` signs for them",
            )
        return known

    def is_signed(self, written: Written) -> bool:
        """Return whether the stack's key signed an entry."""
        return written.sealed is not None and written.sealed.is_signed_by(self._key, KIND)

    def read(self, product: str) -> list[Written]:
        """Return all entries as `believed` does, whether they are signed or not.

        Raises:
            SixfoldError: they are no ledger, whoever wrote them.

        """
        folder = f"{self._prefix}/{product}"
        there = set(self._bucket.keys(f"{folder}/", _about(product)))
        copied = {f"{folder}/{path.name}" for path in (self._home / folder).glob("*.json")}
        known = sorted((self._read(name, product) for name in there | copied), key=lambda each: each.entry.number)
        if fault := fault_in([each.entry for each in known], [each.body for each in known]):
            raise self._foreign(product, fault)
        return known

    def put(self, entry: Entry, body: bytes) -> bool:
        """Write an entry to the bucket, signed; return whether there was none of that number."""
        sealed = envelope.seal(self._key, KIND, body)
        return self._bucket.write_once(self._name(entry), sealed, _about(entry.product))

    def keep(self, entry: Entry, body: bytes) -> None:
        """Write an entry to the copy on this machine, unless it is there."""
        path = self._home / self._name(entry)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(body)
        part.replace(path)

    def _read(self, name: str, product: str) -> Written:
        copy, found = self._home / name, self._bucket.read(name, _about(product))
        sealed, copied = envelope.read(found or b""), copy.read_bytes() if copy.exists() else None
        bodies = {body for body in (sealed.payload if sealed else found, copied) if body is not None}
        try:
            (body,) = bodies
            entry = Entry.model_validate_json(body)
        except (ValidationError, ValueError) as error:
            raise SixfoldError(
                f"{name} is not the ledger entry that was written: the bucket and {copy} differ, or it cannot be read",
                remedy="it was changed by hand: bring back the first version of the object, or of the file",
            ) from error
        if name != self._name(entry) or entry.product != product:
            raise self._foreign(product, f"{name} holds entry {entry.number} of {entry.product}")
        return Written(entry, body, sealed, found is not None, copied is not None)

    def _foreign(self, product: str, fault: str, remedy: str | None = None) -> SixfoldError:
        compare = f"compare {self._prefix}/{product}/ in the registry bucket with the copy in {self._home}"
        return SixfoldError(f"the ledger of {product} is not as it was written: {fault}", remedy=remedy or compare)

    def _name(self, entry: Entry) -> str:
        return f"{self._prefix}/{entry.product}/{entry.number:06}.json"


def _about(product: str) -> str:
    return f"the ledger of {product}"
