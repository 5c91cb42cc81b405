import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from infra.plans.aws import iam, registry
from infra.plans.aws.statements import Document, Estate
from sixfold.outputs import Purpose

ESTATE = Estate(
    stack="dev",
    region="eu-west-1",
    account="123456789012",
    key_arn="arn:aws:kms:eu-west-1:123456789012:key/k",
    signing_arns={
        "releases": "arn:aws:kms:eu-west-1:123456789012:key/r",
        "ledger": "arn:aws:kms:eu-west-1:123456789012:key/l",
    },
    lake_bucket="lake",
    features_bucket="features",
    registry_bucket="registry",
    databases={layer: f"sixfold_{layer}" for layer in ("raw", "curated", "quarantine", "labels", "predictions")},
    feature_project="sixfold",
)
POLICIES: dict[str, Callable[..., Document]] = {
    "ingest": iam.ingest_policy,
    "training": iam.training_policy,
    "serving": iam.serving_policy,
    "evaluation": iam.evaluation_policy,
    "exporter": iam.exporter_policy,
    "portal": iam.portal_policy,
    "consumers": iam.consumers_policy,
    "triage": iam.triage_policy,
    "publisher": registry.publisher_policy,
    "releaser": registry.releaser_policy,
}


def actions(role: str, on: str) -> set[str]:
    """Return the actions of a role on resources that have a text in their ARN."""
    statements: list[dict[str, Any]] = POLICIES[role](estate=ESTATE)["Statement"]
    return {a for s in statements if any(on in arn for arn in s["Resource"]) for a in s["Action"]}


@pytest.mark.parametrize("role", POLICIES)
def test_no_action_is_a_pattern_and_no_resource_is_everything(role: str) -> None:
    for statement in POLICIES[role](estate=ESTATE)["Statement"]:
        assert not [action for action in statement["Action"] if "*" in action]
        assert all(arn.startswith("arn:aws:") and arn.count("*") <= 1 for arn in statement["Resource"])


@pytest.mark.parametrize("role", POLICIES)
def test_no_role_makes_or_removes_buckets_keys_databases_or_rights(role: str) -> None:
    given = actions(role, "arn:")
    assert not [a for a in given if a.startswith("iam:") or "Policy" in a]
    assert not given & {"s3:CreateBucket", "s3:DeleteBucket", "kms:ScheduleKeyDeletion", "glue:DeleteDatabase"}


def test_ingest_touches_nothing_but_the_lake() -> None:
    assert "s3:PutObject" in actions("ingest", ":::lake")
    assert not actions("ingest", ":::registry") | actions("ingest", ":::features") | actions("ingest", "dynamodb")


def test_training_reads_the_lake_and_cannot_change_it() -> None:
    assert actions("training", ":::lake/") == {"s3:GetObject"}
    assert actions("training", ":glue:") <= {
        "glue:GetDatabase",
        "glue:GetDatabases",
        "glue:GetTable",
        "glue:GetTables",
    }


@pytest.mark.parametrize("role", POLICIES)
def test_nobody_deletes_a_release(role: str) -> None:
    assert "s3:DeleteObject" not in actions(role, ":::registry")


@pytest.mark.parametrize(("purpose", "hand"), [("releases", "publisher"), ("ledger", "releaser")])
def test_one_hand_signs_and_all_that_run_a_release_check_it(purpose: Purpose, hand: str) -> None:
    of_key = {role: actions(role, ESTATE.signing_arns[purpose]) for role in POLICIES}
    assert [role for role, may in of_key.items() if "kms:Sign" in may] == [hand]
    checkers = {
        "releases": {"training", "serving", "evaluation", "portal", "publisher", "releaser"},
        "ledger": {"portal", "releaser"},
    }
    assert {role for role, may in of_key.items() if "kms:Verify" in may} == checkers[purpose]


def test_only_a_publisher_writes_releases_and_only_a_releaser_the_ledger_of_its_stack() -> None:
    written = {
        role: [arn for s in plan(estate=ESTATE)["Statement"] if "s3:PutObject" in s["Action"] for arn in s["Resource"]]
        for role, plan in POLICIES.items()
    }
    of_registry = {role: [arn for arn in arns if ":::registry" in arn] for role, arns in written.items()}
    assert {role: arns for role, arns in of_registry.items() if arns} == {
        "publisher": ["arn:aws:s3:::registry/*", "arn:aws:s3:::registry/ledger/*"],  # the second is denied
        "releaser": ["arn:aws:s3:::registry/ledger/dev/*"],
    }


def test_keyrings_are_read_by_serving_written_by_who_gives_keys_out_and_no_ones_else() -> None:
    of_secrets = {role: {each for each in actions(role, ":secret:") if "Secret" in each} for role in POLICIES}
    assert of_secrets.pop("serving") == {"secretsmanager:GetSecretValue"}
    assert "secretsmanager:PutSecretValue" in of_secrets.pop("consumers")
    assert not any(of_secrets.values())


def test_serving_writes_predictions_and_nothing_else() -> None:
    statements = iam.serving_policy(estate=ESTATE)["Statement"]
    written = {arn for s in statements if "s3:PutObject" in s["Action"] for arn in s["Resource"]}
    assert written == {"arn:aws:s3:::lake/predictions/*"}
    assert "dynamodb:PutItem" not in actions("serving", "dynamodb")


def test_the_evaluation_changes_the_prediction_log_and_nothing_else() -> None:
    statements = iam.evaluation_policy(estate=ESTATE)["Statement"]
    changes = {"s3:PutObject", "s3:DeleteObject", "glue:UpdateTable"}
    changed = {arn for s in statements if changes & set(s["Action"]) for arn in s["Resource"]}
    assert {arn for arn in changed if ":s3:" in arn} == {"arn:aws:s3:::lake/predictions/*"}
    assert {arn.rsplit(":", 1)[1] for arn in changed if ":glue:" in arn} == {
        "catalog",
        "database/sixfold_predictions",
        "table/sixfold_predictions/*",
    }
    assert not actions("evaluation", "dynamodb")


def test_the_exporter_sees_no_row_of_a_table() -> None:
    statements = iam.exporter_policy(estate=ESTATE)["Statement"]
    read = {arn for s in statements if "s3:GetObject" in s["Action"] for arn in s["Resource"]}
    assert read == {"arn:aws:s3:::lake/*.metadata.json"}
    assert not actions("exporter", "arn:") & {"s3:PutObject", "s3:ListBucket", "glue:UpdateTable"}


@pytest.mark.parametrize("role", POLICIES)
def test_the_key_is_used_through_the_services_of_what_a_role_reads_only(role: str) -> None:
    uses = [s["Condition"] for s in POLICIES[role](estate=ESTATE)["Statement"] if ESTATE.key_arn in s["Resource"]]
    services = {"consumers": ["secretsmanager"], "serving": ["s3", "secretsmanager"]}.get(role, ["s3"])
    through = [f"{service}.eu-west-1.amazonaws.com" for service in services]
    assert uses == [{"StringEquals": {"kms:ViaService": each}} for each in through]


@pytest.mark.parametrize("cluster", [None, "arn:aws:eks:eu-west-1:123456789012:cluster/sixfold-dev"])
def test_a_role_is_taken_by_pods_of_one_service_account_on_the_stacks_own_cluster(cluster: str | None) -> None:
    (statement,) = iam.pod_trust(cluster, namespace="sixfold-dev-serving", service_account="serving")["Statement"]
    assert statement["Action"] == ["sts:AssumeRole", "sts:TagSession"]
    assert statement["Condition"]["StringEquals"] == {
        "aws:RequestTag/kubernetes-namespace": "sixfold-dev-serving",
        "aws:RequestTag/kubernetes-service-account": "serving",
        **({"aws:RequestTag/eks-cluster-arn": cluster} if cluster else {}),
    }


@pytest.mark.parametrize("role", POLICIES)
def test_aws_takes_the_documents(role: str, moto: str) -> None:
    client = boto3.client("iam", endpoint_url=moto)
    trust = json.dumps(iam.assume_role_policy(service="ecs-tasks.amazonaws.com"))
    client.create_role(RoleName=role, AssumeRolePolicyDocument=trust)
    client.create_policy(PolicyName=role, PolicyDocument=json.dumps(POLICIES[role](estate=ESTATE)))
    assert len(json.dumps(POLICIES[role](estate=ESTATE))) < 6144  # the limit of a managed policy
