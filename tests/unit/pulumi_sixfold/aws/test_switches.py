"""State that matters and was once nobody's input: it is read, it is drift, and it is put right."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.cloudwatch import AlarmArgs, AlarmHandler
from pulumi_sixfold.aws.eks import ClusterArgs, ClusterHandler
from pulumi_sixfold.aws.kms import KeyArgs, KeyHandler
from pulumi_sixfold.aws.s3 import BucketArgs, BucketHandler
from pulumi_sixfold.aws.sns import TopicArgs, TopicHandler
from pulumi_sixfold.kit.args import InvalidArgs
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.reading import UnsayableError

Make = Callable[..., Any]
Client = Callable[[str], Any]
URN = "urn:t"
NOTHING = {"Version": "2012-10-17", "Statement": []}
ALARM = AlarmArgs.model_validate({"name": "a", "namespace": "AWS/SQS", "metric": "Age", "threshold": 1.0})


def up(handler: Any, args: Any) -> Any:
    """Create and update a resource as the servicer does, and return its id."""
    resource_id = handler.create(URN, args)
    handler.update(URN, resource_id, args)
    return resource_id


@pytest.mark.parametrize("rescued", [False, True])
def test_a_key_that_is_switched_off_or_saved_from_deletion_is_enabled_again(
    make: Make, client: Client, *, rescued: bool
) -> None:
    handler, kms, args = make(KeyHandler), client("kms"), KeyArgs(name="k")
    key = up(handler, args)
    if rescued:
        kms.schedule_key_deletion(KeyId=key)
        kms.cancel_key_deletion(KeyId=key)
    else:
        kms.disable_key(KeyId=key)
    assert handler.read(key).args.enabled is False
    handler.update(URN, key, args)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_an_alarm_on_an_expression_is_refused(make: Make, client: Client) -> None:
    handler = make(AlarmHandler)
    up(handler, ALARM)
    stat = {"Metric": {"Namespace": "AWS/SQS", "MetricName": "Age"}, "Period": 60, "Stat": "Sum"}
    metrics = [{"Id": "m", "MetricStat": stat, "ReturnData": False}, {"Id": "e", "Expression": "m*2"}]
    how = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1.0}
    client("cloudwatch").put_metric_alarm(AlarmName="a", Metrics=metrics, **how)
    with pytest.raises(UnsayableError, match=r"the Alarm a has Metrics"):
        handler.read("a")


@pytest.mark.parametrize("own_id", [False, True])
def test_a_topics_policy_is_the_default_one_as_a_whole_or_not_at_all(
    make: Make, client: Client, *, own_id: bool
) -> None:
    handler, sns = make(TopicHandler), client("sns")
    arn = up(handler, TopicArgs(name="t"))
    assert handler.read(arn).args.policy is None
    policy = json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
    more = {"Sid": "open", "Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": arn}
    policy["Statement"] = [more] if own_id else [*policy["Statement"], more]
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy))
    assert json.loads(handler.read(arn).args.policy)["Statement"][-1]["Sid"] == "open"


def test_a_bucket_that_is_half_open_is_refused(make: Make, client: Client) -> None:
    handler = make(BucketHandler)
    up(handler, BucketArgs(name="lake", tls_only=False))
    access = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
    client("s3").put_public_access_block(Bucket="lake", PublicAccessBlockConfiguration=access)
    with pytest.raises(UnsayableError, match="half open"):
        handler.read("lake")


def test_a_bucket_policy_without_statements_is_none_at_all(make: Make) -> None:
    handler, args = (
        make(BucketHandler),
        BucketArgs.model_validate({"name": "b-1", "tls_only": False, "policy": NOTHING}),
    )
    assert handler.read(up(handler, args)).args.policy == args.policy is None


def test_a_policy_without_its_statements_is_refused() -> None:
    with pytest.raises(InvalidArgs, match=r'policy: .*an object with "Statement"'):
        BucketArgs.model_validate({"name": "bucket", "policy": {"Version": "2012-10-17"}})


@pytest.mark.parametrize(
    ("have", "want", "asked"),
    [("CONFIG_MAP", "API", ["API_AND_CONFIG_MAP", "API"]), ("API_AND_CONFIG_MAP", "API", ["API"])],
)
def test_a_cluster_goes_step_by_step_to_access_by_entries(
    scripted: Make, have: Any, want: Any, asked: list[str]
) -> None:
    args = ClusterArgs(name="main", role_arn="arn:r", version="1.33", subnet_ids=["a"], authentication_mode=have)
    calls = [
        ("update_cluster_config", {"name": "main", "accessConfig": {"authenticationMode": mode}}, {"update": {}})
        for mode in asked
    ]
    wanted = args.model_copy(update={"authentication_mode": want})
    scripted(ClusterHandler, *calls).change("main", Difference(args, wanted, frozenset({"authentication_mode"})))


def test_a_keys_rotation_has_its_days(scripted: Make) -> None:
    args = KeyArgs(name="k", rotation_days=100)
    put = ("enable_key_rotation", {"KeyId": "1", "RotationPeriodInDays": 100}, {})
    scripted(KeyHandler, put).change("1", Difference(args, args, frozenset({"rotation_days"})))
    assert KeyArgs(rotation_days=365) == KeyArgs()
