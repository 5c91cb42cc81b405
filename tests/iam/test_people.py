"""Rights of the roles in `stacks/roles.yaml` in AWS, on a moto server that enforces IAM."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.mlplatform import POLICIES
from sixfold.roles import read_roles
from tests.iam._role import Caller
from tests.iam.test_jobs import ESTATE, NAMES

ROLES = read_roles(Path(__file__).parents[2] / "stacks" / "roles.yaml")
PLATFORM, DATA, SCIENCE = "platform-engineer", "data-engineer", "data-scientist"
QUESTIONS: dict[str, tuple[str, dict[str, str], set[str]]] = {
    "load data": ("put_object", {"Bucket": "lake", "Key": "raw/a"}, {PLATFORM, DATA}),
    "correct labels": ("put_object", {"Bucket": "lake", "Key": "labels/a"}, {PLATFORM, DATA}),
    "read history": ("get_object", {"Bucket": "lake", "Key": "curated/a"}, {PLATFORM, DATA, SCIENCE}),
    "define features": ("put_object", {"Bucket": "features", "Key": "a"}, {PLATFORM, SCIENCE}),
    "publish a release": ("put_object", {"Bucket": "registry", "Key": "a"}, {PLATFORM}),
    "say what is live": ("put_object", {"Bucket": "registry", "Key": "ledger/dev/a"}, set()),
    "remove a release": ("delete_object", {"Bucket": "registry", "Key": "a"}, set()),
    "open the lake to all": ("delete_public_access_block", {"Bucket": "lake"}, set()),
    "remove the lake": ("delete_bucket", {"Bucket": "lake"}, set()),
}


@pytest.fixture(scope="module")
def clients(session_caller: Caller) -> dict[str, Any]:
    """An S3 client of each role, in an account that has the three buckets."""
    session_caller.start_over()
    s3 = session_caller.administrator("s3")
    for bucket in NAMES.values():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="lake", Key="curated/a")
    return {role: _client(session_caller, role) for role in ROLES}


def _client(caller: Caller, role: str) -> Any:
    taken = caller.environment(role, *(POLICIES[job](estate=ESTATE) for job in ROLES[role].aws))
    credentials = {name.lower(): value for name, value in taken.items()}
    connect: Callable[..., Any] = boto3.client
    return connect("s3", region_name="eu-west-1", endpoint_url=caller.endpoint, **credentials)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_role_may_do_what_its_jobs_do_and_nothing_else(clients: dict[str, Any], role: str, question: str) -> None:
    operation, request, allowed = QUESTIONS[question]
    ask = getattr(clients[role], operation)
    if role in allowed:
        assert ask(**request)["ResponseMetadata"]["HTTPStatusCode"] == 200
        return
    with pytest.raises(ClientError, match="AccessDenied"):
        ask(**request)
