"""The archive for whoever helps has what explains a fault, and no secret."""

import tarfile
from pathlib import Path

import pytest

from delivery.bundle import pack
from delivery.health.finding import Finding
from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.reporter import Silent
from infra.checks.state import Held
from infra.stand_in.key import access_key
from tests.unit.delivery._stacks import file_of


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveStack:
    (tmp_path / "stacks").mkdir()
    (tmp_path / "stacks" / "Pulumi.local.yaml").write_text(file_of("flight-delays"))
    stack = LiveStack(Project(tmp_path, tmp_path / ".sixfold"), "local", Silent())
    monkeypatch.setattr(stack.engine, "held", lambda: [Held("sixfold:s3:Bucket", "lake-1", "urn::lake")])
    return stack


def test_no_secret_of_a_stack_is_in_its_bundle(stack: LiveStack, tmp_path: Path) -> None:
    key, home = access_key(stack.project.home), stack.project.home
    secrets = [
        key,
        f"sixfold_{'0a' * 6}_{'Zz-_9' * 8}abc",
        "eyJhbGciOi.tok_en",
        "c2l4Zm9sZDpodXNo",
        "$2b$04$" + "a" * 53,
    ]
    (home / "run" / "logs").mkdir(parents=True)
    (home / "run" / "conf.d").mkdir()
    said = (
        f"http://sixfold:{key}@127.0.0.1:4605 Credential={key}/2026 {secrets[1]} Authorization: Bearer {secrets[2]} "
        f'Basic {secrets[3]} {secrets[4]} \'signing\' "signing": "hush-hush" https://me:password1@host/ boom'
    )
    (home / "run" / "logs" / "aws.log").write_text(said)
    (home / "alerts.jsonl").write_text(said)
    (home / "run" / "conf.d" / "aws.json").write_text(said)
    names = pack(stack, [Finding("aws", "local AWS", well=False, says=said)], archive := tmp_path / "b.tar.gz")
    with tarfile.open(archive) as packed:
        texts = {each.name: packed.extractfile(each).read().decode() for each in packed}  # type: ignore[union-attr]
    assert len(texts) == len(names)
    for name, text in texts.items():
        assert not [secret for secret in (*secrets, "hush-hush", "password1") if secret in text], name
    assert "boom" in texts["b/logs/aws.log"]
    assert texts["b/resources.txt"] == "sixfold:s3:Bucket lake lake-1\n"
    assert archive.stat().st_mode & 0o777 == 0o600
