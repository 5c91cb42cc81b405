"""A machine that restarts: no process is left, and the stand-in for AWS has forgotten everything."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

PROGRAM = """
import sys, pulumi
from pulumi_sixfold.resources.kms import Key, KeyArgs
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.s3 import Bucket, BucketArgs
from pulumi_sixfold.resources.process import Process, ProcessArgs

url = "http://127.0.0.1:{port}"
command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "{port}"]
moto = Process("moto", ProcessArgs(home="{home}", command=command, health_url=url + "/moto-api/"))
aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint=moto.program.apply(lambda _: url)))
opts = pulumi.ResourceOptions(provider=aws)
bucket = Bucket("lake", BucketArgs(kms_key_arn=Key("key", KeyArgs(), opts).arn), opts)
"""


def test_an_up_with_refresh_restores_all_of_it(
    pulumi_project: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    home, port = tmp_path / "home", free_port()
    project = pulumi_project(PROGRAM.format(port=port, home=home))
    project.up()
    before = project.resources()["lake"]["id"]
    os.kill(int((home / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    project.up("--refresh")
    assert project.resources()["lake"]["id"] == before
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    s3 = boto3.client("s3", region_name="eu-west-1", endpoint_url=f"http://127.0.0.1:{port}", **credentials)
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [before]
    project.preview("--refresh", "--expect-no-changes")


def test_a_destroy_works_when_nothing_is_left(
    pulumi_project: Callable[..., Any], free_port: Callable[[], int], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    project = pulumi_project(PROGRAM.format(port=free_port(), home=home))
    project.up()
    os.kill(int((home / "run" / "supervisord.pid").read_text()), signal.SIGKILL)
    project.destroy()
    assert project.resources() == {}
