"""Orphans: what a stack left in AWS is found, each kind of it, and nothing once it is gone."""

import json
from collections.abc import Callable
from threading import Event
from typing import Any

import pytest

from infra.checks.leaks.find import leaks, survivors
from infra.checks.state import Held
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.handler import ProviderArgs
from tests.engine.conformance._all import collect
from tests.engine.conformance._life import PROGRAM, _up

UNMARKED = {
    "sixfold:kms:Alias": "goes with its key; KMS keeps no tags on it",
    "sixfold:logs:MetricFilter": "goes with its log group; CloudWatch Logs keeps no tags on it",
    "sixfold:s3:BucketObject": "goes with its bucket; the Tagging API knows no objects",
    "sixfold:sns:Subscription": "goes with its topic; SNS keeps no tags on it",
}
"""Types that only the state of the stack tells of."""
NOT_IN_MOTO = {
    "sixfold:ecr:Repository": "moto's Tagging API has no repositories",
    "sixfold:eks:Cluster": "moto's Tagging API has no EKS",
    "sixfold:eks:NodeGroup": "moto's Tagging API has no EKS",
    "sixfold:events:Rule": "moto's Tagging API has event buses, and no rules",
}


def test_one_orphan_of_each_kind_is_found_and_none_after_a_clean_destroy(
    pulumi_project: Callable[..., Any], moto: str
) -> None:
    cases = collect()
    project = pulumi_project(PROGRAM.format(moto=moto))
    empty = project.root / "empty.json"
    empty.write_text(json.dumps(project.stack_export()))
    made = _up(project, cases, inputs := {name: case.args for name, case in cases.items()})
    assert not made.failed
    known = [Held(each["type"], each["id"], each["urn"]) for each in project.resources().values()]
    project.cli("stack", "import", "--file", str(empty))  # all that there is, nobody knows of any more

    found = leaks(handlers := _handlers(moto), "test", "test0")
    types = {case.handler.facts.token for case in cases.values()}
    assert {left.type for left in found} == types - UNMARKED.keys() - NOT_IN_MOTO.keys()
    assert {(left.type, left.id) for left in found} <= {(kind, each) for kind, each, _ in known}
    assert len(survivors(handlers, known)) == len(known)
    assert leaks(handlers, "tes", "test0") == leaks(handlers, "test", "other") == []

    assert not _up(project, cases, inputs).failed
    project.destroy()
    assert leaks(handlers, "test", "test0") == survivors(handlers, known) == []


@pytest.mark.parametrize(
    ("token", "arn", "expected"),
    [
        ("ecr:Repository", "arn:aws:ecr:eu-west-1:1:repository/team/models", "team/models"),
        ("eks:AccessEntry", "arn:aws:eks:r:1:access-entry/c/role/1/a/b/id", "c/arn:aws:iam::1:role/a/b"),
        ("eks:Addon", "arn:aws:eks:eu-west-1:1:addon/c/vpc-cni/id", "c/vpc-cni"),
        ("eks:Cluster", "arn:aws:eks:eu-west-1:1:cluster/c", "c"),
        ("eks:NodeGroup", "arn:aws:eks:eu-west-1:1:nodegroup/c/n/id", "c/n"),
        ("eks:PodIdentityAssociation", "arn:aws:eks:eu-west-1:1:podidentityassociation/c/a-1", "c/a-1"),
        ("events:Rule", "arn:aws:events:eu-west-1:1:rule/nightly", "default/nightly"),
        ("events:Rule", "arn:aws:events:eu-west-1:1:rule/bus/nightly", "bus/nightly"),
        ("logs:LogGroup", "arn:aws:logs:eu-west-1:1:log-group:/aws/eks/c", "/aws/eks/c"),
        ("s3:Bucket", "arn:aws:s3:::lake-1", "lake-1"),
        ("secretsmanager:Secret", "arn:aws:secretsmanager:r:1:secret:team/key-a1b2c3", "team/key"),
        ("sqs:Queue", "arn:aws:sqs:eu-west-1:1:jobs", "jobs"),
    ],
)
def test_what_aws_calls_by_an_arn_is_read_by_its_id(token: str, arn: str, expected: str) -> None:
    assert _handlers("http://127.0.0.1:1")[f"sixfold:{token}"].id_of(arn) == expected


def _handlers(moto: str) -> dict[str, AwsHandler[Any]]:
    cloud = ProviderArgs(region="eu-west-1", endpoint=moto)
    return {kind.facts.token: kind(cloud, Event()) for kind in HANDLERS if issubclass(kind, AwsHandler)}
