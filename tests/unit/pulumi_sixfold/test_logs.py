"""Log groups where it matters most, and what moto lacks."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.logs import LogGroupArgs, LogGroupHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:logs:LogGroup::trace"
ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:trace"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
ARGS = LogGroupArgs(name="trace", retention_days=30)

Make = Callable[..., Any]


def found(**more: Any) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Answer of AWS to a handler that reads a group."""
    group = {"logGroupName": "trace", "arn": f"{ARN}:*", "retentionInDays": 30, **more}
    return [
        ("describe_log_groups", {"logGroupNamePrefix": "trace"}, {"logGroups": [group]}),
        ("list_tags_for_resource", {"resourceArn": ARN}, {"tags": {URN_TAG: URN}}),
    ]


@pytest.mark.parametrize("stream", [False, True])
def test_a_group_that_a_service_of_aws_made_anew_is_adopted(
    make: Callable[..., Any], client: Callable[[str], Any], *, stream: bool
) -> None:
    logs, name = client("logs"), "/aws/eks/sixfold-dev/cluster"
    logs.create_log_group(logGroupName=name)
    if stream:
        logs.create_log_stream(logGroupName=name, logStreamName="kube-apiserver-1")
    assert make(LogGroupHandler).create("urn:t", LogGroupArgs(name=name)) == name


def test_a_group_with_logs_refuses_to_go(make: Make, client: Callable[[str], Any]) -> None:
    handler = make(LogGroupHandler)
    handler.create(URN, ARGS)
    client("logs").create_log_stream(logGroupName="trace", logStreamName="one")
    with pytest.raises(ProviderError, match="the log group trace has logs"):
        handler.delete("trace", ARGS)
    handler.delete("trace", ARGS.model_copy(update={"force_destroy": True}))
    assert handler.read("trace") is None


def test_a_group_is_not_mistaken_for_one_whose_name_is_longer(make: Make) -> None:
    handler = make(LogGroupHandler)
    handler.create("urn:other", LogGroupArgs(name="trace-2"))
    assert handler.read("trace") is None
    assert handler.create(URN, ARGS) == "trace"


def test_another_stacks_group_is_not_adopted(make: Make) -> None:
    handler = make(LogGroupHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


def test_a_key_is_given_to_a_group_and_taken_from_it(scripted: Make) -> None:
    given = ("associate_kms_key", {"logGroupName": "trace", "kmsKeyId": KEY}, {})
    handler = scripted(LogGroupHandler, *found(), given)
    handler.update(URN, "trace", ARGS.model_copy(update={"kms_key_arn": KEY}))
    taken = ("disassociate_kms_key", {"logGroupName": "trace"}, {})
    handler = scripted(LogGroupHandler, *found(kmsKeyId=KEY), taken)
    handler.update(URN, "trace", ARGS)


def test_a_key_that_somebody_took_is_missed(scripted: Make) -> None:
    assert scripted(LogGroupHandler, *found(kmsKeyId=KEY)).read("trace").args.kms_key_arn == KEY
    assert scripted(LogGroupHandler, *found()).read("trace").args.kms_key_arn is None
