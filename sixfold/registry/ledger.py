"""The release ledger: the live releases over time, and the decision behind each change. Entries are only ever added."""

from datetime import UTC, datetime
from pathlib import Path

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.bucket import Bucket
from sixfold.registry.chain import chain
from sixfold.registry.entries import Compared, Decision, Entry, Numbers, Versions, withdrawn
from sixfold.registry.ledger_files import LedgerFiles

__all__ = ["Compared", "Decision", "Entry", "Ledger", "Numbers", "Versions"]


class Ledger:
    """The ledger of one stack.

    Args:
        platform: which stack and bucket.
        home: the stack's folder on this machine, with a copy that outlives a local AWS that forgets.
        bucket: the client of the registry bucket, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, home: Path, bucket: Bucket | None = None) -> None:
        self._files = LedgerFiles(platform, home, bucket)

    def entries(self, product: str) -> list[Entry]:
        """Return all entries of a product, oldest first.

        Raises:
            SixfoldError: one was changed after it was written, is not the next one, or nobody who may has signed it.

        """
        return [written.entry for written in self._files.believed(product)]

    def as_it_lies(self, product: str) -> list[Entry]:
        """Return all entries as `entries` does, whoever wrote them: to look at, and to decide nothing by."""
        return [written.entry for written in self._files.read(product)]

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

    def vouch(self, product: str, decision: Decision) -> Entry | None:
        """Sign for all entries as they lie, by one more with what is live; None where the last is signed.

        For a ledger from before entries were signed. Look at it before: whoever could write the bucket could write it.

        Raises:
            SixfoldError: the entries are no ledger, whoever wrote them; or one may not sign.

        """
        known = self._files.read(product)
        if not known or self._files.is_signed(known[-1]):
            return None
        last = known[-1].entry
        return self._add(product, last.versions, last.feature_hash, decision, vouching=True)

    def restore(self, product: str) -> int:
        """Make the bucket and the copy hold the same entries, and return how many the bucket lacked."""
        known = self._files.believed(product)
        lacking = [written for written in known if not written.in_bucket]
        for written in lacking:
            self._files.put(written.entry, written.body)
        for written in known:
            self._files.keep(written.entry, written.body)
        return len(lacking)

    def _add(
        self,
        product: str,
        versions: Versions,
        feature_hash: str,
        decision: Decision,
        withdrawn: str | None = None,
        *,
        vouching: bool = False,
    ) -> Entry:
        while True:  # another person may be faster: theirs comes first, and ours follows it
            known = self._files.read(product) if vouching else self._files.believed(product)
            entry = Entry(
                number=len(known) + 1,
                at=datetime.now(UTC),
                product=product,
                versions=versions,
                feature_hash=feature_hash,
                decision=decision,
                withdrawn=withdrawn,
                before=chain(written.body for written in known),
            )
            body = entry.model_dump_json(indent=2, exclude_none=True).encode()
            if self._files.put(entry, body):
                self._files.keep(entry, body)
                return entry
