"""CloudWatch alarms."""

from typing import Any

from pulumi_sixfold.aws.cloudwatch import AlarmHandler
from tests.engine.conformance._case import GONE, Aws, Case


def _meddle(**changed: Any) -> Any:
    """Return a function that puts the alarm with one value changed."""

    def put(aws: Aws, name: str) -> None:
        alarm = aws("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        wanted = aws("cloudwatch").meta.service_model.operation_model("PutMetricAlarm").input_shape.members
        aws("cloudwatch").put_metric_alarm(**{key: alarm[key] for key in wanted if key in alarm} | changed)

    return put


CASES = {
    "late": Case(
        AlarmHandler,
        {
            "namespace": "AWS/SQS",
            "metric": "ApproximateAgeOfOldestMessage",
            "dimensions": {"QueueName": "jobs"},
            "threshold": 60.5,
            "periods": 3,
        },
        changes=[
            {"description": "look at the workers"},
            {"namespace": "AWS/SNS"},
            {"metric": "NumberOfMessagesPublished"},
            {"dimensions": {"TopicName": "alerts"}},
            {"statistic": "p99"},
            {"period_s": 300},
            {"periods": 4},
            {"breaches": 2},
            {"comparison": "LessThanThreshold"},
            {"threshold": 3},
            {"missing_data": "notBreaching"},
            {"alarm_actions": ["arn:aws:sns:eu-west-1:123456789012:a"]},
            {"ok_actions": ["arn:aws:sns:eu-west-1:123456789012:b"]},
            {"no_data_actions": ["arn:aws:sns:eu-west-1:123456789012:c"]},
            {"actions_enabled": False},
            {"unit": "Count"},
            {"tags": {"a": "b"}},
            {"name": "other-late"},
        ],
        drift={
            "description": _meddle(AlarmDescription="by hand"),
            "namespace": _meddle(Namespace="AWS/S3"),
            "metric": _meddle(MetricName="BucketSizeBytes"),
            "dimensions": _meddle(Dimensions=[]),
            "statistic": _meddle(Statistic="Sum"),
            "period_s": _meddle(Period=120),
            "periods": _meddle(EvaluationPeriods=5, DatapointsToAlarm=5),
            "breaches": _meddle(DatapointsToAlarm=1),
            "comparison": _meddle(ComparisonOperator="LessThanThreshold"),
            "threshold": _meddle(Threshold=1.0),
            "missing_data": _meddle(TreatMissingData="ignore"),
            "alarm_actions": _meddle(AlarmActions=["arn:aws:sns:eu-west-1:123456789012:c"]),
            "ok_actions": _meddle(OKActions=["arn:aws:sns:eu-west-1:123456789012:c"]),
            "no_data_actions": _meddle(InsufficientDataActions=["arn:aws:sns:eu-west-1:123456789012:d"]),
            "actions_enabled": _meddle(ActionsEnabled=False),
            "unit": _meddle(Unit="Percent"),
            "tags": lambda aws, name: aws("cloudwatch").tag_resource(
                ResourceARN=f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
                Tags=[{"Key": "by", "Value": "hand"}],
            ),
            GONE: lambda aws, name: aws("cloudwatch").delete_alarms(AlarmNames=[name]),
        },
    ),
}
