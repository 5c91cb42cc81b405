"""Which refusals of AWS pass by themselves. The messages are those of AWS."""

import pytest

from pulumi_sixfold.aws.eventual_consistency import ask_again_after
from pulumi_sixfold.kit import deadline as patience

EKS_ROLE = "Role with arn: arn:aws:iam::1:role/c, could not be assumed because it does not exist or the trusted entity"
ECR = "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'"


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("CreateCluster", "InvalidParameterException", EKS_ROLE),
        ("CreateCluster", "InvalidParameterException", "Error in role params"),
        (
            "CreateCluster",
            "InvalidParameterException",
            "The provided role doesn't have the Amazon EKS Managed Policies",
        ),
        ("CreatePodIdentityAssociation", "InvalidParameterException", "Role provided in the request does not exist."),
        ("CreateAccessEntry", "InvalidParameterException", "The specified principalArn is invalid: invalid principal."),
        ("SetRepositoryPolicy", "InvalidParameterException", ECR),
        ("CreateRole", "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn:aws:iam::1:role/c"'),
        ("PutBucketPolicy", "MalformedPolicy", "Invalid principal in policy"),
        ("PutKeyPolicy", "MalformedPolicyDocumentException", "a statement with one or more invalid principals."),
        ("PutResourcePolicy", "MalformedPolicyDocumentException", "The policy contains an unsupported principal."),
        ("SetTopicAttributes", "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"),
        ("SetQueueAttributes", "InvalidAttributeValue", "Invalid value for the parameter Policy."),
        ("PutTargets", "ValidationException", "Provided role 'r' cannot be assumed by principal 'events'."),
        ("CreateSubnet", "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist"),
        ("CreateRoute", "NatGatewayNotFound", ""),
        ("CreateQueue", "AWS.SimpleQueueService.QueueDeletedRecently", "You must wait 60 seconds"),
        ("CreateBucket", "OperationAborted", "A conflicting conditional operation is currently in progress"),
        ("DeleteSubnet", "DependencyViolation", "The subnet 'subnet-1' has dependencies and cannot be deleted."),
    ],
)
def test_what_the_rest_of_aws_does_not_know_yet_is_asked_again(operation: str, code: str, message: str) -> None:
    assert ask_again_after(operation, code, message, 1) == 1
    assert ask_again_after(operation, code, message, 20) == 5


@pytest.mark.parametrize(
    ("operation", "code", "message"),
    [
        ("DescribeSubnets", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"),
        ("DeleteSubnet", "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist"),
        ("CreateCluster", "InvalidParameterException", "unsupported Kubernetes version"),
        ("CreateKey", "MalformedPolicyDocumentException", "The policy has one or more invalid actions."),
        ("CreateRole", "AccessDenied", "User is not authorized to perform: iam:CreateRole"),
        ("CreateVpc", "", ""),
    ],
)
def test_what_will_not_pass_is_not_asked_again(operation: str, code: str, message: str) -> None:
    assert ask_again_after(operation, code, message, 1) is None


def test_a_role_that_never_comes_is_waited_for_two_minutes_at_most() -> None:
    answers = [ask_again_after("CreateCluster", "InvalidParameterException", EKS_ROLE, sent) for sent in range(1, 30)]
    assert sum(answer or 0 for answer in answers) == pytest.approx(105)
    assert answers[-1] is None


def test_a_removal_is_tried_as_long_as_its_resource_may_take() -> None:
    with patience.within(4):
        assert ask_again_after("DeleteVpc", "DependencyViolation", "", 1) is None
    with patience.within(60):
        assert ask_again_after("DeleteVpc", "DependencyViolation", "", 100) == 5
