"""The releases of every product: immutable and named by their content, in a bucket and in a copy on this machine.

Bucket: `<product>/<digest>/bento.tar`, and `record.json`, which is written last: without it a release is not published.
"""

import tarfile
from pathlib import Path

from pydantic import ValidationError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry.archive import pack, tree_digest, unpack
from sixfold.registry.bucket import Bucket
from sixfold.registry.copy import ReleaseCopy
from sixfold.release import SHORT, Record

__all__ = ["Record", "Registry"]
_SHOWN = 5  # releases that an error names


class Registry:
    """The releases in one stack's registry bucket, and their copy below `home`.

    Args:
        platform: which bucket, and where AWS is.
        home: the stack's folder on this machine; `releases/` in it outlives a local AWS that forgets.
        bucket: its client, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, home: Path, bucket: Bucket | None = None) -> None:
        self._bucket = bucket or Bucket(platform)
        self._copy = ReleaseCopy(home)

    def publish(self, record: Record, archive: Path) -> Record:
        """Publish the tar of a bento; return the record as first published. The same again is a no-op.

        Raises:
            SixfoldError: the archive is not what the digest says, or that release is published with another content.

        """
        with self._copy.incoming() as incoming:
            _unpack(archive, incoming / "bento", record.digest, origin=str(archive))
            published = self._published(record.product, record.digest)
            known = published or self._copy.record(record.digest) or record
            if not known.says_the_same_as(record):
                raise SixfoldError(
                    f"release {record.product}/{record.short} is already published with another record",
                    remedy="published releases never change: train again, and publish the outcome as a new release",
                )
            if published:
                self._download(published, incoming / "published")  # refuses what was overwritten since
            else:
                self._upload(known, archive)
            self._copy.keep(known, incoming)
        return known

    def fetch(self, product: str, digest: str) -> Path:
        """Return the unpacked bento of a release on this machine, every file of it checked against the digest.

        A damaged or half-made copy is replaced by a download. Safe beside other fetchers.

        Raises:
            SixfoldError: there is no such release, or the bucket no longer holds what was published.

        """
        bento = self.find(product, digest)
        if bento is None:
            raise self._no_release(product, digest)
        return bento

    def find(self, product: str, digest: str) -> Path | None:
        """Return the bento of a release as `fetch` does; None where neither the copy nor the bucket has the release.

        Raises:
            SixfoldError: the bucket no longer holds what was published.

        """
        if not self._copy.intact(product, digest):
            record = self._published(product, digest)
            if record is None:
                return None
            with self._copy.incoming() as incoming:
                self._download(record, incoming / "bento")
                self._copy.keep(record, incoming)
        return self._copy.bento(digest)

    def records(self, product: str) -> list[Record]:
        """Return every published release of a product, oldest first."""
        found = (self._published(product, digest) for digest in self._digests(product))
        return sorted((record for record in found if record), key=lambda record: record.created)

    def find_training(self, product: str, training_key: str) -> Record | None:
        """Return the newest release that came from the same data, code and parameters, if there is one."""
        return next((r for r in reversed(self.records(product)) if r.training_key == training_key), None)

    def resolve(self, product: str, prefix: str) -> str:
        """Return the full digest of the one release that starts with a prefix.

        Raises:
            SixfoldError: none does, or several.

        """
        known = [record.digest for record in self.records(product)]
        digests = [digest for digest in known if prefix and digest.startswith(prefix)]
        if not digests and known:
            newest = ", ".join(digest[:SHORT] for digest in reversed(known[-_SHOWN:]))
            raise SixfoldError(
                f"there is no release {prefix[:SHORT]!r} of {product} in {self._bucket.address}",
                remedy=f"name one of these, newest first: {newest}",
            )
        if not digests:
            raise self._no_release(product, prefix)
        if len(digests) > 1:
            raise SixfoldError(
                f"{prefix!r} could be any of {', '.join(digest[:SHORT] for digest in digests)}",
                remedy="give more of the digest",
            )
        return digests[0]

    def restore(self) -> list[Record]:
        """Upload the releases of this machine's copy that the bucket lacks, under the same digests; return those.

        For a local AWS that has forgotten everything. A damaged copy is left out: it is not that release any more.
        """
        lacking = [r for r in self._copy.records() if not self._published(r.product, r.digest)]
        whole = [record for record in lacking if self._copy.intact(record.product, record.digest)]
        for record in whole:
            with self._copy.incoming() as incoming:
                pack(self._copy.bento(record.digest), incoming / "bento.tar")
                self._upload(record, incoming / "bento.tar")
        return whole

    def _published(self, product: str, digest: str) -> Record | None:
        key = f"{product}/{digest}/record.json"
        body = self._bucket.read(key, f"release {product}/{digest[:SHORT]}")
        if body is None:
            return None
        try:
            record = Record.model_validate_json(body)
        except ValidationError:
            record = None
        if record is None or (record.product, record.digest) != (product, digest):
            raise SixfoldError(
                f"{self._bucket.address}/{key} is not the record of release {digest[:SHORT]}",
                remedy="it was overwritten after publishing: bring back the first version of that object",
            )
        return record

    def _upload(self, record: Record, archive: Path) -> None:
        place = f"{record.product}/{record.digest}"
        with self._bucket.talking(f"release {record.product}/{record.short}"):
            self._bucket.s3.upload_file(str(archive), self._bucket.name, f"{place}/bento.tar")
            self._bucket.s3.put_object(
                Bucket=self._bucket.name,
                Key=f"{place}/record.json",
                Body=record.model_dump_json(indent=2).encode(),
                ContentType="application/json",
            )

    def _download(self, record: Record, into: Path) -> None:
        key = f"{record.product}/{record.digest}/bento.tar"
        archive = into.with_name(f"{into.name}.tar")
        with self._bucket.talking(f"release {record.product}/{record.short}"):
            self._bucket.s3.download_file(self._bucket.name, key, str(archive))
        _unpack(archive, into, record.digest, origin=f"{self._bucket.address}/{key}")

    def _digests(self, product: str) -> list[str]:
        pages = self._bucket.s3.get_paginator("list_objects_v2")
        with self._bucket.talking(f"the releases of {product}"):
            found = pages.paginate(Bucket=self._bucket.name, Prefix=f"{product}/", Delimiter="/")
            return [entry["Prefix"].split("/")[1] for page in found for entry in page.get("CommonPrefixes", [])]

    def _no_release(self, product: str, digest: str) -> SixfoldError:
        places = f"{self._copy.root} nor published in {self._bucket.address}"
        return SixfoldError(
            f"release {product}/{digest[:SHORT]} is neither in {places}",
            remedy=f"publish one with `sixfold publish {product}`, and pin a digest that it prints in the stack file",
        )


def _unpack(archive: Path, into: Path, digest: str, *, origin: str) -> None:
    try:
        unpack(archive, into)
        found = tree_digest(into)
        fault = None if found == digest else f"its content gives {found[:SHORT]}"
    except (OSError, tarfile.TarError, ValueError) as error:
        fault = f"it cannot be read: {error}"
    if fault:
        raise SixfoldError(
            f"the bento at {origin} is not release {digest[:SHORT]}: {fault}",
            remedy="it was changed after publishing, or broken on the way: bring back the original, or publish again",
        )
