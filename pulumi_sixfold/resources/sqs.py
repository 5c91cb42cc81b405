"""The program's side of `pulumi_sixfold.aws.sqs`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.sqs import DeadLetters, QueueArgs, QueueHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["DeadLetters", "Queue", "QueueArgs"]


class Queue(Resource):
    """An SQS queue; its id is its name. SQS refuses a name for a minute after a queue of that name was deleted."""

    handler = QueueHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        visibility_timeout_s: pulumi.Output[int]
        retention_s: pulumi.Output[int]
        delay_s: pulumi.Output[int]
        receive_wait_s: pulumi.Output[int]
        kms_key_arn: pulumi.Output[str | None]
        encrypted: pulumi.Output[bool]
        dead_letters: pulumi.Output[Any]
        policy: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]
        url: pulumi.Output[str]

    def __init__(self, name: str, args: QueueArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or QueueArgs(), opts)
