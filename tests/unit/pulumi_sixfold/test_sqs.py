"""SQS queues where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.sqs import QueueArgs, QueueHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:sqs:Queue::jobs"
SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Principal": {"AWS": "123456789012"}, "Resource": "*"}
ARGS = QueueArgs(name="jobs", policy={"Version": "2012-10-17", "Statement": [SEND]})

Make = Callable[..., Any]


def test_a_queue_in_which_messages_wait_refuses_to_go(make: Make) -> None:
    handler = make(QueueHandler)
    handler.create(URN, ARGS)
    handler.client.send_message(QueueUrl=handler.read("jobs").outputs["url"], MessageBody="work")
    with pytest.raises(ProviderError, match="messages wait in the queue jobs"):
        handler.delete("jobs", ARGS)
    handler.delete("jobs", ARGS.model_copy(update={"force_destroy": True}))
    assert handler.read("jobs") is None


def test_another_stacks_queue_is_not_adopted(make: Make) -> None:
    handler = make(QueueHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


def test_a_queue_keeps_its_policy_when_something_else_changes(make: Make) -> None:
    handler = make(QueueHandler)
    handler.create(URN, ARGS)
    changed = ARGS.model_copy(update={"delay_s": 5})
    handler.update(URN, "jobs", changed)
    assert handler.read("jobs").args == changed


def test_a_queue_that_loses_its_key_is_encrypted_by_sqs(make: Make) -> None:
    handler = make(QueueHandler)
    handler.create(URN, ARGS.model_copy(update={"kms_key_arn": "alias/aws/sqs"}))
    handler.update(URN, "jobs", ARGS)
    url = handler.read("jobs").outputs["url"]
    attributes = handler.client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert attributes["SqsManagedSseEnabled"] == "true"
    assert not attributes.get("KmsMasterKeyId")
