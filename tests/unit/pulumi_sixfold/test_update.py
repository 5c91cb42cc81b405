"""The one update of all AWS handlers: reads once, compares once, and changes what differs."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.cloudwatch import AlarmArgs
from pulumi_sixfold.aws.eks import ClusterArgs, ClusterHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.aws.logs import LogGroupArgs, LogGroupHandler
from pulumi_sixfold.aws.sns import SubscriptionArgs, SubscriptionHandler, TopicArgs, TopicHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:logs:LogGroup::trace"
ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:trace"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
ARGS = LogGroupArgs(name="trace", retention_days=30, tags={"team": "data"})
CLUSTER = ClusterArgs(name="main", role_arn="arn:role", version="1.33", subnet_ids=["subnet-a"])
LISTED = {"logGroups": [{"logGroupName": "trace", "arn": f"{ARN}:*", "retentionInDays": 30}]}

Make = Callable[..., Any]


def found(**tags: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    return [
        ("describe_log_groups", {"logGroupNamePrefix": "trace"}, LISTED),
        ("list_tags_for_resource", {"resourceArn": ARN}, {"tags": tags}),
    ]


def test_a_resource_that_is_as_wanted_is_read_once_and_left_alone(scripted: Make) -> None:
    handler = scripted(LogGroupHandler, *found(team="data", **{URN_TAG: URN, "aws:stack": "other"}))
    handler.update(URN, "trace", ARGS.model_copy(update={"force_destroy": True}))


def test_tags_are_settled_before_the_inputs(scripted: Make) -> None:
    tag = ("tag_resource", {"resourceArn": ARN, "tags": {URN_TAG: URN, "team": "data"}}, {})
    untag = ("untag_resource", {"resourceArn": ARN, "tagKeys": ["by"]}, {})
    put = ("put_retention_policy", {"logGroupName": "trace", "retentionInDays": 7}, {})
    handler = scripted(LogGroupHandler, *found(by="hand"), tag, untag, put)
    handler.update(URN, "trace", ARGS.model_copy(update={"retention_days": 7}))


def test_the_mark_is_no_input(scripted: Make) -> None:
    state = scripted(LogGroupHandler, *found(team="data", **{URN_TAG: URN})).read("trace")
    assert (state.args, state.tags[URN_TAG]) == (ARGS, URN)


@pytest.mark.parametrize(
    ("kind", "resource_id", "args", "call"),
    [
        (TopicHandler, TOPIC, TopicArgs(), ("get_topic_attributes", {"TopicArn": TOPIC}, "NotFound")),
        (ClusterHandler, "main", CLUSTER, ("describe_cluster", {"name": "main"}, "ResourceNotFoundException")),
        (
            LogGroupHandler,
            "trace",
            ARGS,
            ("describe_log_groups", {"logGroupNamePrefix": "trace"}, {"logGroups": []}),
        ),
    ],
)
def test_an_update_of_a_resource_that_is_gone_says_how_to_go_on(
    scripted: Make, kind: Any, resource_id: str, args: Any, call: Any
) -> None:
    with pytest.raises(ProviderError, match=rf"(?s){resource_id} does not exist any more.*pulumi up --refresh"):
        scripted(kind, call).update(URN, resource_id, args)


def test_a_type_whose_every_input_replaces_is_not_even_read(scripted: Make) -> None:
    args = SubscriptionArgs(topic_arn=TOPIC, protocol="email", endpoint="a@b.c")
    scripted(SubscriptionHandler).update(URN, "pending confirmation", args)


def test_all_breaches_of_an_alarm_are_said_in_one_way() -> None:
    given: dict[str, Any] = {"namespace": "AWS/SQS", "metric": "Age", "threshold": 1, "periods": 3}
    assert AlarmArgs(**given, breaches=3) == AlarmArgs(**given)
