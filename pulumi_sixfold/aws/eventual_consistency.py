"""Refusals that pass by themselves: each part of AWS learns only after a while of what another has made, or removed.

IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
EC2: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
The errors of each operation are listed on its page of the service's API reference.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from pulumi_sixfold.kit import deadline as patience

_KNOWN_EVERYWHERE_S = 120
"""Seconds until all of AWS knows a role or a subnet; mostly it is under ten."""

_AT_MOST_EVERY_S = 5


class Passing(NamedTuple):
    """A refusal that passes by itself; services, operations, code and message are patterns.

    Attributes:
        services: as boto3 names them.
        operations: as AWS writes them; the pattern fits their beginnings.
        code: of the error, as a whole.
        message: a part of the error's message.
        to_the_end: until the operation's time is over, and not only for two minutes: something has to be finished.

    """

    services: str
    operations: str
    code: str
    message: str = ""
    to_the_end: bool = False

    def fits(self, service: str, operation: str, code: str, message: str) -> bool:
        """Return whether a refusal is this one."""
        return bool(
            re.fullmatch(self.services, service)
            and re.match(self.operations, operation)
            and re.fullmatch(self.code, code)
            and re.search(self.message, message)
        )


_ANY = ""
_MAKES = "Associate|Attach|Authorize|Create|Modify|Replace"
_BUSY = r"being (created|updated|deleted)|in progress|currently"
PASSING = (
    # a role that IAM has told nobody of yet
    Passing("sqs", _ANY, "InvalidAttributeValue", "for the parameter Policy"),  # of any policy that SQS does not like
    Passing("sns", _ANY, "InvalidParameter", "PrincipalNotFound"),
    Passing(
        "eks|ecr",
        _ANY,
        "InvalidParameterException",
        "could not be assumed|does not exist|in role params|doesn't have the|invalid principal|Principal not found",
    ),
    Passing("s3", _ANY, "MalformedPolicy", "Invalid principal"),
    Passing("iam", _ANY, "MalformedPolicyDocument", "Invalid principal"),
    Passing("kms|secretsmanager", _ANY, "MalformedPolicyDocumentException", "invalid principals|unsupported principal"),
    Passing("events", _ANY, "ValidationException", "cannot be assumed by principal"),
    # what was made a moment ago
    Passing("ec2", _MAKES, r"Invalid\w+\.NotFound|NatGatewayNotFound"),
    Passing("iam", "AddRole|Attach", "NoSuchEntity"),
    Passing("dynamodb", "UpdateContinuousBackups", "ContinuousBackupsUnavailableException"),
    # what was removed a moment ago
    Passing("sqs", "CreateQueue", r"(AWS\.SimpleQueueService\.)?QueueDeletedRecently"),
    Passing("secretsmanager", "CreateSecret", "InvalidRequestException", "scheduled for deletion"),
    Passing("iam", "Delete", "DeleteConflict"),
    Passing("ec2", "CreateNatGateway", r"Resource\.AlreadyAssociated"),
    Passing("ec2", "Delete|Detach", "DependencyViolation", to_the_end=True),  # network interfaces go minutes later
    Passing("eks", "DeleteCluster", "ResourceInUseException", "attached"),
    Passing("ec2", "ReleaseAddress", r"InvalidIPAddress\.InUse", to_the_end=True),
    # another change that AWS still makes
    Passing("s3", _ANY, "OperationAborted"),
    Passing("logs", _ANY, "OperationAbortedException"),
    Passing("iam", _ANY, "ConcurrentModification|EntityTemporarilyUnmodifiable"),
    Passing("events|glue", _ANY, "ConcurrentModificationException"),
    Passing("glue", _ANY, "OperationTimeoutException|ResourceNotReadyException"),
    Passing("sns", "Tag|Untag", "ConcurrentAccess(Exception)?"),
    Passing("dynamodb", "Delete|Update|Tag|Untag", "ResourceInUseException", to_the_end=True),
    Passing("dynamodb", "Create|Delete|Update", "LimitExceededException", "simultaneously|at once", to_the_end=True),
    Passing("eks", "Delete|Update|Associate|Disassociate", "ResourceInUseException", _BUSY, to_the_end=True),
)
"""Every refusal that is sent again. `Create` beside ResourceInUse is not: it says that there is one of that name."""


def ask_again_after(service: str, operation: str, code: str, message: str, attempts: int) -> float | None:
    """Return the seconds after which a request that AWS refused is sent again; None: never.

    Args:
        service: as boto3 names it.
        operation: its name, as AWS writes it.
        code: the error's.
        message: the error's.
        attempts: how often it was sent.

    """
    found = next((each for each in PASSING if each.fits(service, operation, code, message)), None)
    if found is None:
        return None
    if found.to_the_end:
        may_wait = patience.attempts(_AT_MOST_EVERY_S) > 1
    else:
        may_wait = attempts * _AT_MOST_EVERY_S < _KNOWN_EVERYWHERE_S
    return min(attempts, _AT_MOST_EVERY_S) if may_wait else None


@contextmanager
def leaves_by_itself(code: str, message: str = "") -> Iterator[None]:
    """Take a removal for done that AWS refuses with this code and message because it does it itself."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded by now

    from pulumi_sixfold.aws.failure import code_of  # noqa: PLC0415

    try:
        yield
    except ClientError as error:
        if code_of(error) != code or message not in str(error):
            raise
