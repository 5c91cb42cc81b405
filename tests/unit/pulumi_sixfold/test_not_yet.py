"""Refusals of AWS that pass by themselves, each put into the answer of a real client. The messages are those of AWS."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from pulumi_sixfold.aws.client import aws_client
from pulumi_sixfold.aws.eventual_consistency import PASSING, ask_again_after
from pulumi_sixfold.aws.sns import SubscriptionArgs, SubscriptionHandler
from pulumi_sixfold.kit import deadline as patience
from tests.unit.pulumi_sixfold.aws._shapes import draw, seeded

NOWHERE = "http://127.0.0.1:9"
EKS_ROLE = "Role with arn: arn:aws:iam::1:role/c, could not be assumed because it does not exist or the trusted entity"
ECR = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'"
INVALID, IN_USE = "InvalidParameterException", "ResourceInUseException"
REFUSALS = [
    ("eks", "CreateCluster", INVALID, EKS_ROLE),
    ("eks", "CreateCluster", INVALID, "Error in role params"),
    ("eks", "CreateCluster", INVALID, "The provided role doesn't have the Amazon EKS Managed Policies"),
    ("eks", "CreatePodIdentityAssociation", INVALID, "Role provided in the request does not exist."),
    ("eks", "CreateAccessEntry", INVALID, "The specified principalArn is invalid: invalid principal."),
    ("ecr", "SetRepositoryPolicy", INVALID, ECR),
    ("iam", "CreateRole", "MalformedPolicyDocument", "Invalid principal in policy: arn:aws:iam::1:role/c"),
    ("s3", "PutBucketPolicy", "MalformedPolicy", "Invalid principal in policy"),
    ("kms", "PutKeyPolicy", "MalformedPolicyDocumentException", "a statement with one or more invalid principals."),
    ("secretsmanager", "PutResourcePolicy", "MalformedPolicyDocumentException", "contains an unsupported principal."),
    ("sns", "SetTopicAttributes", "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"),
    ("sqs", "SetQueueAttributes", "InvalidAttributeValue", "Invalid value for the parameter Policy."),
    ("events", "PutTargets", "ValidationException", "Provided role 'r' cannot be assumed by principal 'events'."),
    ("ec2", "CreateSubnet", "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"),
    ("ec2", "CreateRoute", "NatGatewayNotFound", "NatGateway nat-1 was not found"),
    ("iam", "AttachRolePolicy", "NoSuchEntity", "Policy arn:aws:iam::1:policy/p does not exist or is not attachable."),
    ("iam", "AddRoleToInstanceProfile", "NoSuchEntity", "The role with name r cannot be found."),
    ("dynamodb", "UpdateContinuousBackups", "ContinuousBackupsUnavailableException", "Backups are being enabled"),
    ("sqs", "CreateQueue", "AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds"),
    ("secretsmanager", "CreateSecret", "InvalidRequestException", "a secret of this name is scheduled for deletion."),
    ("iam", "DeleteRole", "DeleteConflict", "Cannot delete entity, must detach all policies first."),
    ("ec2", "CreateNatGateway", "Resource.AlreadyAssociated", "Elastic IP address eipalloc-1 is already associated"),
    ("ec2", "DeleteSubnet", "DependencyViolation", "The subnet 'subnet-1' has dependencies and cannot be deleted."),
    ("ec2", "ReleaseAddress", "InvalidIPAddress.InUse", "Address 192.0.2.1 is in use."),
    ("s3", "CreateBucket", "OperationAborted", "A conflicting conditional operation is currently in progress"),
    ("logs", "DeleteLogGroup", "OperationAbortedException", "Multiple concurrent requests"),
    ("iam", "DeletePolicy", "ConcurrentModification", "multiple requests to change this object"),
    ("iam", "UpdateRole", "EntityTemporarilyUnmodifiable", "try again after waiting several minutes"),
    ("events", "PutRule", "ConcurrentModificationException", "There is concurrent modification on a rule"),
    ("glue", "UpdateTable", "ConcurrentModificationException", "Two processes are trying to modify a resource"),
    ("glue", "CreateTable", "ResourceNotReadyException", "A resource was not ready for a transaction."),
    ("glue", "UpdateDatabase", "OperationTimeoutException", "The operation timed out."),
    ("sns", "TagResource", "ConcurrentAccess", "Can't perform multiple operations on a tag simultaneously."),
    ("dynamodb", "DeleteTable", IN_USE, "Attempt to change a resource which is still in use: Table is being updated"),
    ("dynamodb", "UpdateTimeToLive", IN_USE, "Table is being updated: t"),
    ("dynamodb", "TagResource", IN_USE, "Attempt to change a resource which is still in use"),
    ("dynamodb", "CreateTable", "LimitExceededException", "Only 500 tables can be created simultaneously"),
    ("eks", "DeleteCluster", IN_USE, "Cluster has nodegroups attached"),
    ("eks", "DeleteNodegroup", IN_USE, "Nodegroup cannot be deleted as it is currently being updated"),
    ("eks", "UpdateClusterConfig", IN_USE, "cluster c currently has update in progress"),
    ("eks", "DeleteAddon", IN_USE, "Addon vpc-cni cannot be deleted as it is currently in UPDATING state"),
]  # fmt: skip


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that botocore waits between two requests, without waiting for them."""
    found: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", found.append)
    return found


def answer(protocol: str, code: str, message: str) -> tuple[dict[str, str], bytes]:
    """Return a refusal as the protocol of a service has it."""
    if protocol in {"json", "rest-json"}:
        return {"x-amzn-errortype": code}, json.dumps({"__type": code, "message": message}).encode()
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return {}, {
        "ec2": f"<Response><Errors>{error}</Errors></Response>",
        "rest-xml": error,
        "query": f"<ErrorResponse>{error}</ErrorResponse>",
    }[protocol].encode()


def ask(service: str, operation: str, code: str, message: str) -> int:
    """Call an operation that AWS refuses at first, and return how often it was asked."""
    client: Any = aws_client(service, "eu-west-1", NOWHERE, None, f"{service}{operation}{code}{message}")
    model, asked = client.meta.service_model, Counter[str]()
    refusals = [answer(model.metadata["protocol"], *each) for each in ((code, message), ("Enough", "for this test"))]

    def send(request: Any, **_: object) -> AWSResponse:
        headers, body = refusals[asked["times"]]
        asked["times"] += 1
        response = AWSResponse(request.url, 400, headers, None)
        response._content = body
        return response

    client.meta.events.register("before-send", send)
    params = draw(model.operation_model(operation).input_shape, seeded(operation), depth=9)
    with pytest.raises(ClientError, match="Enough"):
        getattr(client, xform_name(operation))(**params)
    return asked["times"]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: ":".join(refusal[:3]))
def test_a_refusal_that_passes_by_itself_is_asked_again(refusal: tuple[str, ...], pauses: list[float]) -> None:
    assert ask(*refusal) == 2
    assert pauses == [1]


@pytest.mark.parametrize("row", PASSING, ids=lambda row: f"{row.services}-{row.operations[:20]}-{row.code}")
def test_every_row_of_the_table_is_put_in(row: Any) -> None:
    assert any(row.fits(*refusal) for refusal in REFUSALS)


@pytest.mark.parametrize(
    ("service", "operation", "code", "message"),
    [
        ("ec2", "DescribeSubnets", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"),
        ("ec2", "DeleteSubnet", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"),
        ("ec2", "CreateVpc", "", ""),
        ("eks", "CreateCluster", INVALID, "unsupported Kubernetes version"),
        ("eks", "CreateCluster", IN_USE, "Cluster already exists with name: c"),
        ("dynamodb", "CreateTable", IN_USE, "Table already exists: t"),
        ("kms", "CreateKey", "MalformedPolicyDocumentException", "The policy has one or more invalid actions."),
        ("iam", "CreateRole", "AccessDenied", "User is not authorized to perform: iam:CreateRole"),
        ("iam", "DeleteRole", "NoSuchEntity", "The role with name r cannot be found."),
    ],
)
def test_what_will_not_pass_is_not_asked_again(service: str, operation: str, code: str, message: str) -> None:
    assert ask_again_after(service, operation, code, message, 1) is None


def test_a_role_that_never_comes_is_waited_for_two_minutes_at_most() -> None:
    answers = [ask_again_after("eks", "CreateCluster", INVALID, EKS_ROLE, sent) for sent in range(1, 30)]
    assert sum(answer or 0 for answer in answers) == pytest.approx(105)
    assert answers[-1] is None


def test_a_removal_is_tried_as_long_as_its_resource_may_take() -> None:
    with patience.within(4):
        assert ask_again_after("ec2", "DeleteVpc", "DependencyViolation", "", 1) is None
    with patience.within(60):
        assert ask_again_after("ec2", "DeleteVpc", "DependencyViolation", "", 100) == 5


def test_a_subscription_that_nobody_confirmed_is_let_go(make: Callable[..., Any]) -> None:
    handler = make(SubscriptionHandler)
    args = SubscriptionArgs(topic_arn="arn:aws:sns:eu-west-1:1:t", protocol="email", endpoint="a@b.c")
    said = {"Code": "InvalidParameter", "Message": "Cannot unsubscribe a subscription that is pending confirmation"}

    def refuse(**_: object) -> None:
        raise ClientError({"Error": said}, "Unsubscribe")  # type: ignore[arg-type]

    handler.client.meta.events.register("before-call.sns.Unsubscribe", refuse)
    try:
        handler.delete("arn:aws:sns:eu-west-1:1:t:0", args)
        said["Message"] = "Invalid parameter: SubscriptionArn"
        with pytest.raises(ClientError):
            handler.delete("arn:aws:sns:eu-west-1:1:t:0", args)
    finally:
        handler.client.meta.events.unregister("before-call.sns.Unsubscribe", refuse)
