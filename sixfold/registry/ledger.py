"""The release ledger: the live releases over time, with the decision behind each change. Entries are only ever added.

Bucket: `ledger/<stack>/<product>/<number>.json`, each written once. The copy in `<home>/ledger/` has the same names,
and outlives a local AWS that forgets.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from pydantic import ValidationError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.bucket import Bucket
from sixfold.registry.entries import Compared, Decision, Entry, Numbers, Versions, withdrawn

__all__ = ["Compared", "Decision", "Entry", "Ledger", "Numbers", "Versions"]
SKEW = timedelta(hours=1)
"""Clocks of two machines that write to one ledger may differ by so much."""


class Ledger:
    """The ledger of one stack.

    Args:
        platform: which stack and bucket.
        home: the stack's folder on this machine.
        bucket: the client of the registry bucket, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, home: Path, bucket: Bucket | None = None) -> None:
        self._bucket = bucket or Bucket(platform)
        self._home = home
        self._prefix = f"ledger/{platform.stack}"

    def entries(self, product: str) -> list[Entry]:
        """Return all entries of a product, oldest first.

        Raises:
            SixfoldError: one was changed after it was written, or is not the next one: nobody but us wrote it.

        """
        names = {*self._bucket.keys(f"{self._prefix}/{product}/", self._about(product)), *self._copied(product)}
        entries = sorted((self._read(name, product) for name in names), key=lambda entry: entry.number)
        for number, entry in enumerate(entries, 1):
            if entry.number != number:
                raise self._foreign(product, f"entry {number} is missing, and there is an entry {entry.number}")
        for before, entry in pairwise(entries):
            if entry.at < before.at - SKEW:
                raise self._foreign(product, f"entry {entry.number} is older than the entry before it")
        if entries and entries[-1].at > datetime.now(UTC) + SKEW:
            raise self._foreign(product, f"entry {entries[-1].number} is of the future, {entries[-1].at}")
        return entries

    def withdraw(self, product: str, digest: str, decision: Decision) -> Entry:
        """Close a release for good, and return the entry that says so. What was withdrawn before stays so."""
        known = self.entries(product)
        for entry in known:
            if entry.withdrawn == digest:
                return entry
        last = known[-1] if known else None
        return self._add(product, last.versions if last else {}, last.feature_hash if last else "", decision, digest)

    def withdrawn(self, product: str) -> dict[str, Decision]:
        """Return the product's withdrawn releases, and the decision behind each."""
        return withdrawn(self.entries(product))

    def live_at(self, product: str, moment: datetime) -> Entry:
        """Return the entry that was in force at a moment.

        Raises:
            SixfoldError: nothing was live yet.

        """
        before = [entry for entry in self.entries(product) if entry.at <= moment]
        if not before:
            raise SixfoldError(
                f"the ledger of {product} has nothing at or before {moment:%Y-%m-%d %H:%M:%S}",
                remedy=f"`sixfold ledger {product}` shows what was live when",
            )
        return before[-1]

    def record(self, product: str, versions: Versions, feature_hash: str, decision: Decision) -> Entry:
        """Return the entry of the live releases; it is added unless the last entry is the same."""
        known = self.entries(product)
        if known and (known[-1].versions, known[-1].feature_hash) == (versions, feature_hash):
            return known[-1]
        return self._add(product, versions, feature_hash, decision)

    def _add(
        self, product: str, versions: Versions, feature_hash: str, decision: Decision, withdrawn: str | None = None
    ) -> Entry:
        known = self.entries(product)
        number = known[-1].number + 1 if known else 1
        while True:
            entry = Entry(
                number=number,
                at=datetime.now(UTC),
                product=product,
                versions=versions,
                feature_hash=feature_hash,
                decision=decision,
                withdrawn=withdrawn,
            )
            if self._write(entry):
                return entry
            number += 1  # another person was faster: theirs came first

    def restore(self, product: str) -> int:
        """Make the bucket and the copy hold the same entries, and return how many the bucket lacked."""
        there = set(self._bucket.keys(f"{self._prefix}/{product}/", self._about(product)))
        lacking = sorted(set(self._copied(product)) - there)
        for name in lacking:
            self._bucket.write_once(name, self._body(name, product)[1], self._about(product))
        for name in sorted(there):
            self._keep(name, self._body(name, product)[1])
        return len(lacking)

    def _write(self, entry: Entry) -> bool:
        body = entry.model_dump_json(indent=2, exclude_none=True).encode()
        written = self._bucket.write_once(self._name(entry), body, self._about(entry.product))
        if written:
            self._keep(self._name(entry), body)
        return written

    def _keep(self, name: str, body: bytes) -> None:
        path = self._home / name
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_bytes(body)
        part.replace(path)

    def _read(self, name: str, product: str) -> Entry:
        entry = self._body(name, product)[0]
        if name != self._name(entry) or entry.product != product:
            raise self._foreign(product, f"{name} holds entry {entry.number} of {entry.product}")
        return entry

    def _foreign(self, product: str, fault: str) -> SixfoldError:
        return SixfoldError(
            f"the ledger of {product} is not as it was written: {fault}",
            remedy=f"compare {self._prefix}/{product}/ in the registry bucket with the copy in {self._home}",
        )

    def _body(self, name: str, product: str) -> tuple[Entry, bytes]:
        """Return an entry and its bytes. They are copied as they are: an older version of us may have written them."""
        copy = self._home / name
        bodies = [self._bucket.read(name, self._about(product)), copy.read_bytes() if copy.exists() else None]
        found = {body for body in bodies if body is not None}
        try:
            (body,) = found
            entry = Entry.model_validate_json(body)
        except (ValidationError, ValueError) as error:
            raise SixfoldError(
                f"{name} is not the ledger entry that was written: the bucket and {copy} differ, or it cannot be read",
                remedy="it was changed by hand: bring back the first version of the object, or of the file",
            ) from error
        return entry, body

    def _copied(self, product: str) -> list[str]:
        folder = self._home / self._prefix / product
        return [f"{self._prefix}/{product}/{path.name}" for path in folder.glob("*.json")]

    def _name(self, entry: Entry) -> str:
        return f"{self._prefix}/{entry.product}/{entry.number:06}.json"

    def _about(self, product: str) -> str:
        return f"the ledger of {product}"
