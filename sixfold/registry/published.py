"""The objects of releases in the registry bucket: `<product>/<digest>/bento.tar`, and the signed `attestation.json`.

The attestation has the whole record and is written last: without it a release is not published. Releases from before
they were signed have a `record.json` in its place.
"""

import tarfile
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry import envelope, provenance
from sixfold.registry.archive import MAX_BYTES, unpack
from sixfold.registry.bucket import Bucket
from sixfold.registry.signing import SigningKey
from sixfold.release import SHORT, Record

BENTO, ATTESTATION, _RECORD = "bento.tar", "attestation.json", "record.json"


@dataclass(frozen=True)
class Found:
    """The record of a release in the bucket. Where it is not `signed`, anybody may have written it."""

    record: Record
    signed: bool


class Published:
    """The releases in one stack's registry bucket.

    Args:
        platform: which bucket, and where AWS is.
        bucket: its client, None for one of its own.

    """

    def __init__(self, platform: PlatformRefs, bucket: Bucket | None = None) -> None:
        self._bucket = bucket or Bucket(platform)
        self.key = SigningKey(platform, "releases")
        self.address = self._bucket.address
        self._stack = platform.stack

    def find(self, product: str, digest: str) -> Found | None:
        """Return the record of a release, None where it is not published.

        Raises:
            SixfoldError: its record cannot be read, or is that of another release.

        """
        attestation = self._read(product, digest, ATTESTATION)
        if attestation is None and (plain := self._read(product, digest, _RECORD)):
            return Found(self._record(product, digest, plain, _RECORD), signed=False)
        if attestation is None:
            return None
        sealed = envelope.read(attestation)
        record = self._record(product, digest, provenance.record_in(sealed.payload) if sealed else b"", ATTESTATION)
        return Found(record, sealed is not None and sealed.is_signed_by(self.key, provenance.KIND))

    def add(self, record: Record, archive: Path) -> Found:
        """Upload a release, and return what is published then: another one may have published it at the same time.

        Raises:
            SixfoldError: something else has its place already, or one may not write or sign.

        """
        place, about = _key(record.product, record.digest, BENTO), _about(record.product, record.digest)
        with archive.open("rb") as content:
            new = self._bucket.write_once(place, content, about, "application/x-tar")
        if not new:  # of a run that died, or of somebody who publishes it now: welcome if it is the same
            self.download(record, archive.with_name("there"))
        self._bucket.write_once(_key(record.product, record.digest, ATTESTATION), self._attest(record), about)
        return self.find(record.product, record.digest) or Found(record, signed=False)

    def sign(self, record: Record) -> None:
        """Sign a release that is published without a signature, or with one that is not of the stack's key."""
        place, about = _key(record.product, record.digest, ATTESTATION), _about(record.product, record.digest)
        attestation = self._attest(record)
        if not self._bucket.write_once(place, attestation, about):
            self._bucket.overwrite(place, attestation, about)

    def download(self, record: Record, into: Path) -> None:
        """Write the bento of a release to a directory, every byte checked before the first is written.

        Raises:
            SixfoldError: it is not what was published.

        """
        place, archive = _key(record.product, record.digest, BENTO), into.with_name(f"{into.name}.tar")
        self._bucket.download(place, archive, MAX_BYTES, _about(record.product, record.digest))
        unpack_release(archive, into, record.digest, origin=f"{self.address}/{place}")

    def digests(self, product: str) -> list[str]:
        """Return the digests of all releases of a product, published or begun, signed or not."""
        return self._bucket.folders(f"{product}/", f"the releases of {product}")

    def _attest(self, record: Record) -> bytes:
        return envelope.seal(self.key, provenance.KIND, provenance.statement(record, self._stack))

    def _record(self, product: str, digest: str, body: bytes, name: str) -> Record:
        try:
            record = Record.model_validate_json(body)
        except ValidationError:
            record = None
        if record is None or (record.product, record.digest) != (product, digest):
            raise SixfoldError(
                f"{self.address}/{_key(product, digest, name)} is not the record of release {digest[:SHORT]}",
                remedy="it was overwritten after publishing: bring back the first version of that object",
            )
        return record

    def _read(self, product: str, digest: str, name: str) -> bytes | None:
        return self._bucket.read(_key(product, digest, name), _about(product, digest))


def unpack_release(archive: Path, into: Path, digest: str, *, origin: str) -> None:
    """Unpack the bento of a release.

    Raises:
        SixfoldError: it is not that of the digest; nothing was written.

    """
    try:
        unpack(archive, into, digest)
    except (OSError, tarfile.TarError, ValueError) as error:
        raise SixfoldError(
            f"the bento at {origin} is not release {digest[:SHORT]}: {error}",
            remedy="it was changed after publishing, or broken on the way: bring back the original, or publish again",
        ) from error


def _key(product: str, digest: str, name: str) -> str:
    return f"{product}/{digest}/{name}"


def _about(product: str, digest: str) -> str:
    return f"release {product}/{digest[:SHORT]}"
