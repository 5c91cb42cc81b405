"""A stack is begun on a stand-in for AWS: bucket, key and state, by the real engine."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from delivery.begin import ALIAS, begin
from delivery.live_stack import LiveStack
from delivery.project import Project
from delivery.reporter import Silent
from sixfold.errors import SixfoldError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def stack(moto: str, engine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., LiveStack]:
    """A function that gives the stack dev of a new project, on moto, with other settings."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi"))
    monkeypatch.setenv("PATH", str(engine.parent), prepend=":")
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)  # the engine's own clients of S3 and KMS
    (tmp_path / "stacks").mkdir()
    settings = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    (tmp_path / "Pulumi.yaml").write_text(
        yaml.safe_dump({key: settings[key] for key in ("name", "runtime", "stackConfigDir")})
    )

    def make(**changes: object) -> LiveStack:
        document = yaml.safe_load((ROOT / "stacks" / "Pulumi.dev.yaml").read_text())
        document["config"]["sixfold:platform"] |= {"aws_endpoint": moto, **changes}
        (tmp_path / "stacks" / "Pulumi.dev.yaml").write_text(yaml.safe_dump(document))
        return LiveStack(Project(tmp_path, tmp_path / ".sixfold"), "dev", Silent())

    return make


def aws(service: str, moto: str) -> Any:
    return boto3.client(service, endpoint_url=moto, region_name="eu-west-1")


def test_a_stack_is_begun_once_with_a_private_bucket_and_a_key(stack: Callable[..., LiveStack], moto: str) -> None:
    place = begin(stack())
    assert [each.split()[0] for each in place.done] == ["key", "bucket", "stack"]
    assert aws("s3", moto).get_bucket_versioning(Bucket=place.bucket)["Status"] == "Enabled"
    blocks = aws("s3", moto).get_public_access_block(Bucket=place.bucket)["PublicAccessBlockConfiguration"]
    assert set(blocks.values()) == {True}
    assert aws("kms", moto).get_key_rotation_status(KeyId=_key_of(moto))["KeyRotationEnabled"]
    kept = [each["Key"] for each in aws("s3", moto).list_objects_v2(Bucket=place.bucket)["Contents"]]
    assert ".pulumi/stacks/sixfold/dev.json" in kept
    assert begin(stack()) == place._replace(done=())


def _key_of(moto: str) -> str:
    aliases = aws("kms", moto).list_aliases()["Aliases"]
    return next(str(each["TargetKeyId"]) for each in aliases if each["AliasName"] == ALIAS)


def test_the_stack_file_says_which_key_its_secrets_are_under(stack: Callable[..., LiveStack]) -> None:
    begin(live := stack())
    assert live.file.read_text().count("secretsprovider: awskms:") == 1


def test_nothing_is_created_where_it_is_only_shown(stack: Callable[..., LiveStack], moto: str) -> None:
    place = begin(stack(), dry_run=True)
    assert [each.split()[0] for each in place.done] == ["key", "bucket"]
    assert aws("s3", moto).list_buckets()["Buckets"] == []


def test_credentials_of_another_account_are_refused(stack: Callable[..., LiveStack]) -> None:
    with pytest.raises(SixfoldError, match=r"account 123456789012, and Pulumi\.dev\.yaml says 210987654321"):
        begin(stack(account="210987654321"))


def test_a_stack_on_this_machine_needs_no_beginning(stack: Callable[..., LiveStack]) -> None:
    local = yaml.safe_load((ROOT / "stacks" / "Pulumi.local.yaml").read_text())["config"]["sixfold:platform"]
    (live := stack()).file.write_text(json.dumps({"config": {"sixfold:platform": local}}))
    with pytest.raises(SixfoldError, match="is on this machine"):
        begin(live)
