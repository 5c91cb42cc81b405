"""Releases: immutable, signed, and named by their content, in a bucket and in a copy on this machine."""

from collections.abc import Iterator
from pathlib import Path

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.archive import pack
from sixfold.registry.bucket import Bucket
from sixfold.registry.copy import ReleaseCopy
from sixfold.registry.published import BENTO, Found, Published, unpack_release
from sixfold.release import SHORT, Record

__all__ = ["Record", "Registry"]
_SHOWN = 5  # releases that an error names


class Registry:
    """The releases in one stack's registry bucket, and their copy below `home`.

    A release is believed where the stack's key has signed it, or where the copy has it: what gets there was checked.

    Args:
        platform: which bucket, and where AWS is.
        home: the stack's folder on this machine; `releases/` in it outlives a local AWS that forgets.
        bucket: its client, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, home: Path, bucket: Bucket | None = None) -> None:
        self._published = Published(platform, bucket)
        self._copy = ReleaseCopy(home)

    def publish(self, record: Record, archive: Path) -> Record:
        """Publish the tar of a bento, signed; return the record as first published. The same again is a no-op.

        Raises:
            SixfoldError: the archive is not what the digest says, that release is published with another content, or
                one may not publish.

        """
        with self._copy.incoming() as incoming:
            unpack_release(archive, incoming / "bento", record.digest, origin=str(archive))
            found = self._published.find(record.product, record.digest)
            known = (found.record if found else self._copy.record(record.digest)) or record
            if not known.says_the_same_as(record):
                raise SixfoldError(
                    f"release {record.product}/{record.short} is already published with another record",
                    remedy="published releases never change: train again, and publish the outcome as a new release",
                )
            if found:
                self._sign(found, incoming / "published")  # refuses what was overwritten since
            else:
                known = self._added(known, archive)
            self._copy.keep(known, incoming)
        return known

    def unsigned(self, product: str, prefix: str) -> Record:
        """Return the record of a release that begins with a prefix, and that nobody has signed.

        Raises:
            SixfoldError: there is none, or there are several.

        """
        records = [each.record for each in self._beginning(product, prefix) if not each.signed]
        if not records:
            signed = self.resolve(product, prefix)
            raise SixfoldError(f"release {product}/{signed[:SHORT]} is signed", remedy="there is nothing to do")
        if len(records) > 1:
            raise self._several(prefix, [record.digest for record in records])
        return records[0]

    def vouch(self, product: str, digest: str) -> None:
        """Sign a release from before releases were signed, as it lies in the bucket.

        Raises:
            SixfoldError: there is no such release, it is not what the digest says, or one may not sign.

        """
        found = self._published.find(product, digest)
        if found is None:
            raise self._no_release(product, digest)
        with self._copy.incoming() as incoming:
            self._sign(found, incoming / "bento")

    def fetch(self, product: str, digest: str) -> Path:
        """Return the unpacked bento of a release on this machine, every file of it checked against the digest.

        A damaged or half-made copy is replaced by a download. Safe beside other fetchers.

        Raises:
            SixfoldError: there is no such release, it is not signed, or the bucket no longer holds what was published.

        """
        bento = self.find(product, digest)
        if bento is None:
            raise self._no_release(product, digest)
        return bento

    def find(self, product: str, digest: str) -> Path | None:
        """Return the bento of a release as `fetch` does; None where neither the copy nor the bucket has the release.

        Raises:
            SixfoldError: it is not signed, or the bucket no longer holds what was published.

        """
        if not self._copy.intact(product, digest):
            found = self._published.find(product, digest)
            if found is None:
                return None
            self._require_signed(found)
            with self._copy.incoming() as incoming:
                self._published.download(found.record, incoming / "bento")
                self._copy.keep(found.record, incoming)
        return self._copy.bento(digest)

    def records(self, product: str) -> list[Record]:
        """Return every published release of a product, oldest first. What nobody signed is none."""
        found = (self._published.find(product, digest) for digest in self._published.digests(product))
        return sorted((each.record for each in found if each and each.signed), key=lambda record: record.created)

    def find_training(self, product: str, training_key: str) -> Record | None:
        """Return the newest release that came from the same data, code and parameters, if there is one."""
        return next((r for r in reversed(self.records(product)) if r.training_key == training_key), None)

    def resolve(self, product: str, prefix: str) -> str:
        """Return the full digest of the one release that starts with a prefix.

        Raises:
            SixfoldError: none does, or several, or one that is not signed.

        """
        known = [record.digest for record in self.records(product)]
        digests = [digest for digest in known if prefix and digest.startswith(prefix)]
        if not digests:
            raise self._unknown(product, prefix, known)
        if len(digests) > 1:
            raise self._several(prefix, digests)
        return digests[0]

    def restore(self) -> list[Record]:
        """Upload and sign the releases of this machine's copy that the bucket lacks, under the same digests.

        For a local AWS that has forgotten everything, and for releases from before they were signed. A damaged copy is
        left out: it is not that release any more.

        Returns:
            The records of those releases.

        """
        brought = []
        for record in self._copy.records():
            found = self._published.find(record.product, record.digest)
            settled = found is not None and (found.signed or found.record != record)
            if settled or not self._copy.intact(record.product, record.digest):
                continue
            with self._copy.incoming() as incoming:
                if found:
                    self._sign(found, incoming / "bento")
                else:
                    pack(self._copy.bento(record.digest), incoming / BENTO)
                    self._added(record, incoming / BENTO)
            brought.append(record)
        return brought

    def _added(self, record: Record, archive: Path) -> Record:
        there = self._published.add(record, archive)
        self._require_signed(there)
        return there.record

    def _sign(self, found: Found, scratch: Path) -> None:
        """Sign what is published, where nobody has; its bento is downloaded to `scratch`, and looked at before."""
        self._published.download(found.record, scratch)
        if not found.signed:
            self._published.sign(found.record)

    def _require_signed(self, found: Found) -> None:
        if not found.signed:
            product, short = found.record.product, found.record.short
            raise SixfoldError(
                f"release {product}/{short} in {self._published.address} is not signed by {self._published.key.name}",
                remedy="publish it again; or, where you know who made it and how, "
                f"`sixfold sign {product} {short}` with the rights of a publisher",
            )

    def _beginning(self, product: str, prefix: str) -> Iterator[Found]:
        """Yield the releases whose digest begins so, signed or not; none begins with nothing."""
        for digest in self._published.digests(product):
            if prefix and digest.startswith(prefix) and (found := self._published.find(product, digest)):
                yield found

    def _several(self, prefix: str, digests: list[str]) -> SixfoldError:
        return SixfoldError(
            f"{prefix!r} could be any of {', '.join(digest[:SHORT] for digest in digests)}",
            remedy="give more of the digest",
        )

    def _unknown(self, product: str, prefix: str, known: list[str]) -> SixfoldError:
        for found in self._beginning(product, prefix):
            self._require_signed(found)
        if not known:
            return self._no_release(product, prefix)
        newest = ", ".join(digest[:SHORT] for digest in reversed(known[-_SHOWN:]))
        return SixfoldError(
            f"there is no release {prefix[:SHORT]!r} of {product} in {self._published.address}",
            remedy=f"name one of these, newest first: {newest}",
        )

    def _no_release(self, product: str, digest: str) -> SixfoldError:
        places = f"{self._copy.root} nor published in {self._published.address}"
        return SixfoldError(
            f"release {product}/{digest[:SHORT]} is neither in {places}",
            remedy=f"publish one with `sixfold publish {product}`, and pin a digest that it prints in the stack file",
        )
