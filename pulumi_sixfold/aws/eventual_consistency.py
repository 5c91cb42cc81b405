"""Refusals that pass by themselves: each part of AWS learns only after a while of what another has made, or removed.

IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
EC2: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pulumi_sixfold.kit import deadline as patience

_KNOWN_EVERYWHERE_S = 120
"""Seconds until all of AWS knows a role or a subnet; mostly it is under ten."""

_AT_MOST_EVERY_S = 5
_NO_SUCH_ROLE = {
    "InvalidAttributeValue": "for the parameter Policy",  # SQS, which says so of any policy that it does not like
    "InvalidParameter": "PrincipalNotFound",  # SNS
    "InvalidParameterException": (  # EKS, and the last one ECR
        "could not be assumed|does not exist|in role params|doesn't have the|invalid principal|Principal not found"
    ),
    "MalformedPolicy": "Invalid principal",  # S3
    "MalformedPolicyDocument": "Invalid principal",  # IAM
    "MalformedPolicyDocumentException": "invalid principals|unsupported principal",  # KMS, Secrets Manager
    "ValidationException": "cannot be assumed by principal",  # EventBridge
}
"""Error code → what its message says where IAM has not told of a role yet."""
_STILL_AT_IT = r"OperationAborted|.*QueueDeletedRecently|ConcurrentModification|EntityTemporarilyUnmodifiable"
"""S3 and SQS that still remove what had the same name; IAM that still makes another change."""
_NO_SUCH_THING = r"Invalid\w+\.NotFound|NatGatewayNotFound"
_NEEDS_ANOTHER = ("Associate", "Attach", "Authorize", "Create", "Modify", "Replace")
_REMOVES = ("Delete", "Detach")


@contextmanager
def leaves_by_itself(code: str, message: str) -> Iterator[None]:
    """Take a removal for done that AWS refuses with this code and message because it does it itself."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded by now

    from pulumi_sixfold.aws.failure import code_of  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        if code_of(error) != code or message not in str(error):
            raise


def ask_again_after(operation: str, code: str, message: str, attempts: int) -> float | None:
    """Return the seconds after which a request that AWS refused is sent again; None: never.

    Args:
        operation: its name, as AWS writes it.
        code: the error's.
        message: the error's.
        attempts: how often it was sent.

    """
    pause = min(attempts, _AT_MOST_EVERY_S)
    if operation.startswith(_REMOVES) and code == "DependencyViolation":
        # Network interfaces go minutes after the cluster or the load balancer that had them.
        return pause if patience.attempts(_AT_MOST_EVERY_S) > 1 else None
    not_yet = (
        (code in _NO_SUCH_ROLE and re.search(_NO_SUCH_ROLE[code], message))
        or re.fullmatch(_STILL_AT_IT, code)
        or (operation.startswith(_NEEDS_ANOTHER) and re.fullmatch(_NO_SUCH_THING, code))
    )
    return pause if not_yet and attempts * _AT_MOST_EVERY_S < _KNOWN_EVERYWHERE_S else None
