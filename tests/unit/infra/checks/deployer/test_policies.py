"""`sixfold deployer-policy`, run as a person runs it: without credentials, and without an engine on PATH."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[5]


def policies(*arguments: str) -> str:
    command = [Path(sys.prefix, "bin", "sixfold"), "deployer-policy", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={"PATH": "", "HOME": "/"}, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod"])
def test_every_stack_has_a_deployer(stack: str) -> None:
    statements = [each for document in json.loads(policies("--stack", stack)) for each in document["Statement"]]
    assert all(each["Resource"] for each in statements)
    actions = {action for each in statements for action in each["Action"]}
    assert {"s3:CreateBucket", "kms:CreateKey"} <= actions
    assert not any("*" in action for action in actions)


KEPT = re.compile(
    "dynamodb:(Get|Query|Scan|Batch)|logs:(Get|Filter)|s3:GetObject|secretsmanager:GetSecretV|kms:Decrypt"
)


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_who_plans_a_stack_changes_nothing_and_reads_neither_its_data_nor_its_secrets(stack: str) -> None:
    documents = json.loads(policies("--stack", stack, "--read-only"))
    actions = {action for document in documents for each in document["Statement"] for action in each["Action"]}
    assert {"s3:GetBucketPolicy", "secretsmanager:DescribeSecret", "kms:DescribeKey"} <= actions
    assert all(re.search(":(Get|List|Describe|View)", action) for action in actions)
    assert not [action for action in actions if KEPT.match(action)]


def test_each_policy_is_a_file_that_the_aws_cli_takes(tmp_path: Path) -> None:
    lines = policies("--stack", "dev", "--to", str(tmp_path)).splitlines()
    written = sorted(tmp_path.iterdir())
    assert [line.rpartition("file://")[2] for line in lines] == [str(path) for path in written]
    assert all(json.loads(path.read_text())["Statement"] for path in written)
