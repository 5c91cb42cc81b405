"""Releases and ledgers that somebody changed who may write the bucket, and may not sign: refused, in a sentence."""

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import pytest

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry import envelope, provenance
from sixfold.registry.releases import Record, Registry
from tests.conftest import make_signing_keys

Make = Callable[..., tuple[Record, Path]]
NAME = "flight-delays"


@dataclass(frozen=True)
class Vault:
    """A bucket with two signed releases, as somebody has it who may write it."""

    bucket: Any
    record: Record
    other: Record

    def read(self, record: Record, name: str = "attestation.json") -> bytes:
        return self.bucket.Object(f"{NAME}/{record.digest}/{name}").get()["Body"].read()

    def write(self, body: bytes, name: str = "attestation.json") -> None:
        self.bucket.put_object(Key=f"{NAME}/{self.record.digest}/{name}", Body=body)

    def change(self, **fields: object) -> None:
        """Change fields of the record, and leave the signature as it is."""
        sealed = json.loads(self.read(self.record))
        said = json.loads(b64decode(sealed["payload"]))
        said["predicate"]["buildDefinition"]["internalParameters"]["record"] |= fields
        self.write(json.dumps(sealed | {"payload": b64encode(json.dumps(said).encode()).decode()}).encode())


@pytest.fixture
def vault(registry: Registry, release: Make, bucket: Any) -> Vault:
    return Vault(bucket, registry.publish(*release()), registry.publish(*release("other")))


class Stranger:
    """A key that is not the stack's."""

    name = "alias/sixfold/test/releases"

    def sign(self, message: bytes) -> bytes:
        return sha256(message).digest()

    def verifies(self, message: bytes, signature: bytes) -> bool:
        return self.sign(message) == signature


def _unsigned(vault: Vault) -> None:
    vault.bucket.Object(f"{NAME}/{vault.record.digest}/attestation.json").delete()
    vault.write(vault.record.model_dump_json().encode(), "record.json")


def _of_another_kind(vault: Vault) -> None:
    sealed = json.loads(vault.read(vault.record))
    vault.write(json.dumps(sealed | {"payloadType": "text/plain"}).encode())


def _by_a_stranger(vault: Vault) -> None:
    vault.write(envelope.seal(Stranger(), provenance.KIND, provenance.statement(vault.record, "test")))


TAMPERED: dict[str, tuple[Callable[[Vault], None], str]] = {
    "no signature": (_unsigned, "is not signed by alias/sixfold/test/releases"),
    "signature of a stranger": (_by_a_stranger, "is not signed by"),
    "signature on something else": (_of_another_kind, "is not signed by"),
    "signature of another release": (lambda vault: vault.write(vault.read(vault.other)), "is not the record of"),
    "metrics": (lambda vault: vault.change(metrics={"roc_auc": 0.99}), "is not signed by"),
    "commit": (lambda vault: vault.change(git_commit="f" * 40), "is not signed by"),
    "features": (lambda vault: vault.change(feature_hash="other"), "is not signed by"),
    "day": (lambda vault: vault.change(created="2020-01-01T00:00:00Z"), "is not signed by"),
    "product": (lambda vault: vault.change(product="daily-high"), "is not the record of"),
    "bento": (lambda vault: vault.write(vault.read(vault.other, "bento.tar"), "bento.tar"), "is not release"),
    "no envelope": (lambda vault: vault.write(b"[]"), "is not the record of"),
    "deep": (lambda vault: vault.write(b"[" * 100_000), "is not the record of"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_release_that_was_tampered_with_is_refused(
    vault: Vault, platform: PlatformRefs, tmp_path: Path, what: str
) -> None:
    tamper, told = TAMPERED[what]
    tamper(vault)
    elsewhere = Registry(platform, tmp_path / "elsewhere")
    with pytest.raises(SixfoldError, match=told):
        elsewhere.fetch(NAME, vault.record.digest)
    assert not list((tmp_path / "elsewhere" / "releases").glob("[!.]*"))


def test_what_nobody_signed_is_in_no_list_and_is_told_of_by_name(vault: Vault, registry: Registry) -> None:
    _unsigned(vault)
    assert registry.records(NAME) == [vault.other]
    with pytest.raises(SixfoldError, match=f"(?s)is not signed.*sixfold sign {NAME} {vault.record.short}"):
        registry.resolve(NAME, vault.record.short)


def test_a_release_from_before_signatures_is_signed_by_who_knows_it(
    vault: Vault, platform: PlatformRefs, tmp_path: Path
) -> None:
    _unsigned(vault)
    elsewhere = Registry(platform, tmp_path / "elsewhere")
    elsewhere.vouch(NAME, vault.record.digest)
    assert elsewhere.fetch(NAME, vault.record.digest)
    assert elsewhere.records(NAME) == [vault.other, vault.record]


def test_publishing_the_same_again_signs_what_was_not(vault: Vault, registry: Registry, release: Make) -> None:
    _unsigned(vault)
    registry.publish(*release())
    assert registry.records(NAME) == [vault.other, vault.record]


def test_a_copy_signs_again_what_lost_its_key(vault: Vault, platform: PlatformRefs, registry: Registry) -> None:
    kms = boto3.client("kms", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    for each in kms.list_aliases()["Aliases"]:
        kms.delete_alias(AliasName=each["AliasName"])
    make_signing_keys(platform)
    again = Registry(platform, registry.fetch(NAME, vault.record.digest).parents[2])
    assert again.records(NAME) == []
    assert {record.digest for record in again.restore()} == {vault.record.digest, vault.other.digest}
    assert len(again.records(NAME)) == 2


def test_a_missing_key_is_named_with_who_makes_it(vault: Vault, platform: PlatformRefs, tmp_path: Path) -> None:
    gone = platform.model_copy(update={"stack": "another"})
    with pytest.raises(SixfoldError, match=r"(?s)no key alias/sixfold/another/releases.*sixfold up"):
        Registry(gone, tmp_path / "elsewhere").fetch(NAME, vault.record.digest)


def test_openssl_knows_the_signature_without_us(vault: Vault, platform: PlatformRefs, tmp_path: Path) -> None:
    kms = boto3.client("kms", region_name=platform.region, endpoint_url=platform.aws_endpoint)
    key = kms.get_public_key(KeyId=f"alias/{platform.signing_key('releases')}")["PublicKey"]
    sealed = json.loads(vault.read(vault.record))
    kind, payload = sealed["payloadType"].encode(), b64decode(sealed["payload"])
    (tmp_path / "key.der").write_bytes(key)
    (tmp_path / "signature").write_bytes(b64decode(sealed["signatures"][0]["sig"]))
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    (tmp_path / "message").write_bytes(sha256(message).digest())  # which moto takes for the message, and hashes again
    command = "openssl dgst -sha256 -verify key.der -keyform DER -signature signature message"
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)


def test_the_statement_names_the_bento_as_in_toto_does_and_what_it_was_made_of(vault: Vault) -> None:
    said = json.loads(b64decode(json.loads(vault.read(vault.record))["payload"]))
    assert said["subject"] == [{"name": f"{NAME}/bento", "digest": {"dirHash": vault.record.digest}}]
    materials = {each["name"]: each for each in said["predicate"]["buildDefinition"]["resolvedDependencies"]}
    assert materials["source"]["digest"] == {"gitCommit": vault.record.git_commit}
    assert materials["curated.flights"]["annotations"] == {"snapshot": str(2**62)}
