"""`make drift`: its command, on a real engine and a stack of one bucket."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

MAKEFILE = (Path(__file__).parents[2] / "Makefile").read_text()
PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.s3 import Bucket, BucketArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
Bucket("lake", BucketArgs(name="lake-1"), pulumi.ResourceOptions(provider=aws))
"""


def test_drift_is_a_failure_and_changes_nothing(moto: str, pulumi_project: Callable[..., Any]) -> None:
    command = re.search(r"^drift:.*\n(?:\t.*\n)*?\t@pulumi (.*)", MAKEFILE, flags=re.MULTILINE)
    assert command
    flags = shlex.split(command[1].replace("$(STACK)", "test"))
    project = pulumi_project(PROGRAM.format(moto=moto))
    project.up()
    assert project.cli(*flags, check=False).returncode == 0
    s3: Any = boto3.client("s3", endpoint_url=moto)  # type: ignore[call-overload]
    s3.put_bucket_versioning(Bucket="lake-1", VersioningConfiguration={"Status": "Suspended"})
    found = project.cli(*flags, check=False)
    assert found.returncode != 0
    assert "versioning" in found.stdout
    assert s3.get_bucket_versioning(Bucket="lake-1")["Status"] == "Suspended"
