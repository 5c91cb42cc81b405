"""The pack under the real engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[4]
BUCKET = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.s3 import Bucket, BucketArgs, LifecycleRule

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="http://127.0.0.1:1", default_tags={tags}))
Bucket("lake", BucketArgs({args}), pulumi.ResourceOptions(provider=aws))
"""
GOOD = (
    "kms_key_arn='arn:aws:kms:eu-west-1:123456789012:key/1', "
    "lifecycle_rules=[LifecycleRule(id='old', noncurrent_days=30)]"
)
POD = """
import pulumi

class Job(pulumi.ComponentResource):
    def __init__(self, name, spec):
        super().__init__("kubernetes:batch/v1:Job", name, {"spec": {"template": {"spec": spec}}})
        self.register_outputs({})

Job("train", {"containers": [{"name": "train", "securityContext": {"privileged": True}}]})
"""
SETTINGS = {"runtime": "processes", "region": "eu-west-1", "local": {"first_port": 4600}}


def bucket(args: str, tags: object = None) -> str:
    return BUCKET.format(args=args, tags=tags or {"sixfold:stack": "test"})


@pytest.mark.parametrize("path", sorted((ROOT / "stacks").glob("Pulumi.*.yaml")), ids=lambda path: path.stem)
def test_every_stack_of_ours_passes(preview: Callable[..., Any], path: Path) -> None:
    settings = yaml.safe_load(path.read_text())["config"]["sixfold:platform"]
    if settings["runtime"] == "kubernetes":
        settings["account"] = "123456789012"  # a preview asks AWS nothing but whose the credentials are
    result = preview((ROOT / "infra" / "__main__.py").read_text(), settings)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "sixfold@" in result.stdout
    assert "[mandatory]" not in result.stdout


def test_the_pods_of_a_canary_pass(preview: Callable[..., Any]) -> None:
    releases = [{"release": letter * 64, "weight": 50} for letter in "ab"]
    settings = yaml.safe_load((ROOT / "stacks" / "Pulumi.dev.yaml").read_text())["config"]["sixfold:platform"]
    settings["account"], settings["cluster"]["runner"] = "123456789012", f"sha256:{'0' * 64}"
    products = {"flight-delays": {"v1": {"releases": releases}}}
    result = preview((ROOT / "infra" / "__main__.py").read_text(), settings | {"products": products})
    assert result.returncode == 0, result.stdout + result.stderr
    assert "flight-delays-v1-aaaaaaaaaaaa" in result.stdout
    assert "ray.io/v1:RayCluster" in result.stdout


def test_a_broken_rule_stops_a_preview_and_names_control_resource_and_remedy(preview: Callable[..., Any]) -> None:
    result = preview(bucket(f"{GOOD}, block_public_access=False"), SETTINGS)
    assert result.returncode != 0
    assert "[mandatory]  S3.8  (sixfold:s3:Bucket: lake)" in result.stdout
    assert "set block_public_access=True" in result.stdout
    assert result.stdout.count("[mandatory]") == 1


def test_data_may_go_only_where_the_stack_file_says_so(preview: Callable[..., Any]) -> None:
    result = preview(bucket(f"{GOOD}, force_destroy=True, versioning=False"), SETTINGS)
    assert result.returncode != 0
    assert {"DataLoss.1", "S3.14"} <= set(result.stdout.split())


def test_an_exempt_stack_may_lose_its_data(preview: Callable[..., Any]) -> None:
    result = preview(bucket(f"{GOOD}, force_destroy=True, versioning=False"), SETTINGS | {"deletion_protection": False})
    assert result.returncode == 0, result.stdout


def test_a_pod_is_seen_by_the_types_of_pulumi_kubernetes(preview: Callable[..., Any]) -> None:
    result = preview(POD, SETTINGS)
    assert "PodSecurity.privileged  (kubernetes:batch/v1:Job: train)" in result.stdout
    assert "spec.template.spec.containers[train].securityContext.privileged is on" in result.stdout
