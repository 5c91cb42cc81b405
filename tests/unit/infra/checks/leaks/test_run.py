"""`sixfold leaks`."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

STACK = """
config:
  sixfold:platform:
    runtime: processes
    region: eu-west-1
    local:
      first_port: {port}
"""
AWS_FOLLOWS_BY = 4  # ports after the first one


@pytest.fixture
def leaks(moto: str, tmp_path: Path) -> Callable[[], subprocess.CompletedProcess[str]]:
    """A function that runs `sixfold leaks` on a stack whose AWS is the moto server."""
    (tmp_path / "Pulumi.yaml").write_text("{name: sixfold, runtime: python}")
    (tmp_path / "stacks").mkdir()
    port = int(moto.rsplit(":", 1)[1]) - AWS_FOLLOWS_BY
    (tmp_path / "stacks" / "Pulumi.it.yaml").write_text(STACK.format(port=port))
    command = [Path(sys.prefix, "bin", "sixfold"), "leaks", "--stack", "it"]
    return lambda: subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_an_orphan_is_named_and_ends_with_exit_code_1(
    leaks: Callable[[], subprocess.CompletedProcess[str]], moto: str
) -> None:
    mark = "urn:pulumi:it::sixfold::sixfold:components:Messages/sixfold:sns:Topic::news"
    topics = boto3.client("sns", endpoint_url=moto)
    arn = topics.create_topic(Name="news", Tags=[{"Key": "sixfold:urn", "Value": mark}])["TopicArn"]
    found = leaks()
    assert found.returncode == 1
    assert f"sixfold:sns:Topic {arn}, made as {mark}" in " ".join(found.stderr.split())
    topics.delete_topic(TopicArn=arn)
    topics.close()


def test_a_stack_that_left_nothing_passes(leaks: Callable[[], subprocess.CompletedProcess[str]]) -> None:
    assert leaks().returncode == 0
