"""SQS."""

from collections.abc import Callable
from typing import Any

from pulumi_sixfold.aws.sqs import QueueHandler
from tests.engine.conformance._case import GONE, Aws, Case, may

_LETTERS = "arn:aws:sqs:eu-west-1:123456789012:letters"


def _set(attribute: str, value: str) -> Callable[[Aws, str], Any]:
    """Return a function that sets one attribute; moto drops a policy that is not sent along."""

    def meddle(aws: Aws, name: str) -> None:
        where = {"QueueUrl": _url(aws, name)}
        policy = aws("sqs").get_queue_attributes(**where, AttributeNames=["Policy"]).get("Attributes", {})
        aws("sqs").set_queue_attributes(**where, Attributes=policy | {attribute: value})

    return meddle


def _url(aws: Aws, name: str) -> str:
    return str(aws("sqs").get_queue_url(QueueName=name)["QueueUrl"])


CASES = {
    "letters": Case(QueueHandler, {"name": "letters"}),
    "jobs": Case(
        QueueHandler,
        {"dead_letters": {"queue_arn": "@letters.arn"}, "policy": may("sqs:SendMessage")},
        changes=[
            {"visibility_timeout_s": 60},
            {"retention_s": 3600},
            {"delay_s": 5},
            {"receive_wait_s": 10},
            {"encrypted": False},
            {"encrypted": True, "kms_key_arn": "alias/aws/sqs"},
            {"dead_letters": None},
            {"policy": None},
            {"tags": {"a": "b"}},
            {"force_destroy": True},
            {"name": "other-jobs"},
        ],
        drift={
            "visibility_timeout_s": _set("VisibilityTimeout", "31"),
            "retention_s": _set("MessageRetentionPeriod", "61"),
            "delay_s": _set("DelaySeconds", "1"),
            "receive_wait_s": _set("ReceiveMessageWaitTimeSeconds", "1"),
            "encrypted": _set("SqsManagedSseEnabled", "false"),
            "kms_key_arn": _set("KmsMasterKeyId", "alias/aws/sqs"),
            "dead_letters": _set("RedrivePolicy", f'{{"deadLetterTargetArn":"{_LETTERS}","maxReceiveCount":9}}'),
            "policy": _set("Policy", ""),
            "tags": lambda aws, name: aws("sqs").tag_queue(QueueUrl=_url(aws, name), Tags={"by": "hand"}),
            GONE: lambda aws, name: aws("sqs").delete_queue(QueueUrl=_url(aws, name)),
        },
    ),
}
