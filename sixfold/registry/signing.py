"""The keys that releases and ledgers are signed by: asymmetric ones in KMS, whose private half nobody ever has."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from botocore.exceptions import BotoCoreError, ClientError

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs, Purpose

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_ALGORITHM: Literal["ECDSA_SHA_256"] = "ECDSA_SHA_256"


class SigningKey:
    """A stack's key for one purpose. Who may sign and who may check is said by IAM: `infra.plans.aws.iam`.

    Args:
        platform: whose key, and where AWS is.
        purpose: what it signs; a role that may sign releases need not be one that may write the ledger.

    """

    def __init__(self, platform: PlatformRefs, purpose: Purpose) -> None:
        self.name = f"alias/{platform.signing_key(purpose)}"
        self._platform = platform
        self._known: set[bytes] = set()

    def sign(self, message: bytes) -> bytes:
        """Return a signature by ECDSA on P-256 and SHA-256, in DER.

        Raises:
            SixfoldError: there is no such key, it does not answer, or one may not sign with it.

        """
        with self._talking("sign with"):
            signed = self._kms.sign(
                KeyId=self.name,
                Message=sha256(message).digest(),
                MessageType="DIGEST",
                SigningAlgorithm=_ALGORITHM,
            )
        return signed["Signature"]

    def verifies(self, message: bytes, signature: bytes) -> bool:
        """Return whether a signature is this key's. One that was found right is not asked of again.

        Raises:
            SixfoldError: there is no such key, it does not answer, or one may not ask it.

        """
        digest = sha256(message).digest()
        if digest + signature in self._known:
            return True
        with self._talking("check a signature with"):
            try:
                found = self._kms.verify(
                    KeyId=self.name,
                    Message=digest,
                    MessageType="DIGEST",
                    SigningAlgorithm=_ALGORITHM,
                    Signature=signature,
                )
            except self._kms.exceptions.KMSInvalidSignatureException:
                return False
        if not found["SignatureValid"]:  # KMS raises then, and a stand-in says so here
            return False
        self._known.add(digest + signature)
        return True

    @cached_property
    def _kms(self) -> "KMSClient":
        import boto3  # noqa: PLC0415 - the better part of a second, not needed where a copy is on this machine

        return boto3.client("kms", region_name=self._platform.region, endpoint_url=self._platform.aws_endpoint)

    @contextmanager
    def _talking(self, what: str) -> Iterator[None]:
        where = f"{self.name} ({self._platform.aws_endpoint or 'AWS'})"
        try:
            yield
        except self._kms.exceptions.NotFoundException:
            raise SixfoldError(
                f"there is no key {where}, by which what is released is signed", remedy="`sixfold up` makes it"
            ) from None
        except (BotoCoreError, ClientError) as error:
            raise SixfoldError(
                f"cannot {what} {where}: {error}",
                remedy="see that the stack is up (`make status`) and that your role may use that key: docs/security.md",
            ) from error
