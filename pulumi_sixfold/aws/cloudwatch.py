"""CloudWatch alarms."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Input, Unordered
from pulumi_sixfold.kit.charge import Charge, number
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.type_defs import MetricAlarmTypeDef

_MINUTE_S = 60
_STATISTICS = ("Average", "Maximum", "Minimum", "SampleCount", "Sum")
_Comparison = Literal[
    "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanOrEqualToThreshold", "LessThanThreshold"
]
_Count = Annotated[int, Field(ge=1)]


class AlarmArgs(Args):
    """The inputs of an Alarm on one metric."""

    name: Input[Annotated[str, Field(min_length=1, max_length=255)] | None] = Field(
        None, description="1-255 characters; None: derived from the resource's name. A change replaces."
    )
    description: Input[str] = Field("", description="What it means, and what to do.")
    namespace: Input[str] = Field(description="Where the metric is, such as `AWS/SQS`.")
    metric: Input[str] = Field(description="Name of the metric.")
    dimensions: Input[dict[str, Input[str]]] = Field(default={}, description="Which of the metric's series.")
    statistic: Input[str] = Field(
        "Average", description="Average, Maximum, Minimum, SampleCount, Sum, or a percentile such as `p99`."
    )
    period_s: Input[Annotated[int, Field(ge=10)]] = Field(
        _MINUTE_S, description="Seconds that one data point covers: 10, 20, 30 or a multiple of 60."
    )
    periods: Input[_Count] = Field(1, description="How many of the last data points are looked at.")
    breaches: Input[_Count | None] = Field(
        None, description="How many of these must be beyond the threshold; None: all."
    )
    comparison: Input[_Comparison] = Field("GreaterThanThreshold", description="What alarms, in CloudWatch's words.")
    threshold: Input[float] = Field(description="What data points are compared with, in the metric's unit.")
    missing_data: Input[Literal["breaching", "ignore", "missing", "notBreaching"]] = Field(
        "missing", description="What no data means: breaching, ignore, missing or notBreaching."
    )
    alarm_actions: Input[Unordered] = Field(default=[], description="ARNs told of an alarm, such as a topic's.")
    ok_actions: Input[Unordered] = Field(default=[], description="ARNs told of its end.")
    no_data_actions: Input[Unordered] = Field(default=[], description="ARNs told when there is too little data to say.")
    actions_enabled: Input[bool] = Field(True, description="These are told; False: the alarm is muted.")
    unit: Input[str | None] = Field(None, description="Only data points of this unit, such as `Seconds`; None: all.")
    tags: Tags = Field(default={}, description=TAGS)

    @field_validator("breaches")
    @classmethod
    def _none_for_all(cls, breaches: int | None, given: ValidationInfo) -> int | None:
        """Say "all" in one way, since CloudWatch does not tell them apart."""
        return None if breaches == given.data.get("periods") else breaches


def _charges(inputs: Mapping[str, Any]) -> list[Charge]:
    """Return the charge of an alarm; CloudWatch calls a period of less than a minute high resolution."""
    period_s = number(inputs, "period_s", _MINUTE_S)
    if period_s is not None and period_s < _MINUTE_S:
        return [Charge("alarm_high_resolution_month", what="high resolution")]
    return [Charge("alarm_month")]


class AlarmHandler(AwsHandler[AlarmArgs]):
    """A CloudWatch alarm; its id is its name."""

    facts = Facts(
        token="sixfold:cloudwatch:Alarm",
        args=AlarmArgs,
        service="cloudwatch",
        gone=frozenset({"ResourceNotFound", "ResourceNotFoundException"}),
        create_only=frozenset({"name"}),
        reads={
            "DescribeAlarms": reading(
                "AlarmName AlarmArn AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions "
                "MetricName Namespace Statistic ExtendedStatistic Dimensions Period Unit EvaluationPeriods "
                "DatapointsToAlarm Threshold ComparisonOperator TreatMissingData",
                at="MetricAlarms",
                theirs="AlarmConfigurationUpdatedTimestamp EvaluationState StateReason StateReasonData "
                "StateTransitionedTimestamp StateUpdatedTimestamp StateValue",
                fixed={"EvaluateLowSampleCountPercentile": ("", "evaluate")},
            ),
            "ListTagsForResource": reading(),
        },
        outputs={"arn": "ARN of the alarm."},
        name_limit=255,
        migrations=(added(actions_enabled=True, no_data_actions=[]),),
        tagging=Tagging("ResourceARN"),
        actions=actions(
            "cloudwatch",
            "DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
        ),
        arns=("arn:aws:cloudwatch:{at}:alarm:{name}",),
        charges=_charges,
    )
    client: "CloudWatchClient"

    def create(self, urn: str, args: AlarmArgs) -> str:
        """Make the alarm with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if not self.adopts(urn, name, f"the alarm {name}"):
            self.client.put_metric_alarm(**_alarm(args), Tags=as_pairs({**args.tags, URN_TAG: urn}))
        return name

    def describe(self, resource_id: str) -> State[AlarmArgs] | None:
        """Read the alarm and its tags."""
        alarms = self.client.describe_alarms(AlarmNames=[resource_id], AlarmTypes=["MetricAlarm"])["MetricAlarms"]
        if not alarms:
            return None
        arn = alarms[0]["AlarmArn"]
        return State(
            _args(alarms[0]), {"arn": arn}, from_pairs(self.client.list_tags_for_resource(ResourceARN=arn)["Tags"])
        )

    def change(self, resource_id: str, difference: Difference[AlarmArgs]) -> None:
        """Put the alarm: CloudWatch takes it as a whole, save its tags."""
        del resource_id  # the inputs have it
        self.client.put_metric_alarm(**_alarm(difference.want))

    def delete(self, resource_id: str, args: AlarmArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the alarm."""
        with self.missing_is_fine():
            self.client.delete_alarms(AlarmNames=[resource_id])


def _alarm(args: AlarmArgs) -> dict[str, Any]:
    """Return the alarm in CloudWatch's words, without its tags."""
    kind = "Statistic" if args.statistic in _STATISTICS else "ExtendedStatistic"
    return {
        "AlarmName": args.name,
        "AlarmDescription": args.description,
        "Namespace": args.namespace,
        "MetricName": args.metric,
        "Dimensions": as_pairs(args.dimensions, "Name"),
        kind: args.statistic,
        "Period": args.period_s,
        "EvaluationPeriods": args.periods,
        "DatapointsToAlarm": args.breaches or args.periods,
        "ComparisonOperator": args.comparison,
        "Threshold": args.threshold,
        "TreatMissingData": args.missing_data,
        "ActionsEnabled": args.actions_enabled,
        "AlarmActions": args.alarm_actions,
        "OKActions": args.ok_actions,
        "InsufficientDataActions": args.no_data_actions,
        **({"Unit": args.unit} if args.unit else {}),
    }


def _args(found: "MetricAlarmTypeDef") -> AlarmArgs:
    """Return the inputs of an alarm as CloudWatch lists it."""
    looked_at = found.get("EvaluationPeriods", 1)
    breaches = found.get("DatapointsToAlarm", looked_at)
    return AlarmArgs.model_validate(
        {
            "name": found["AlarmName"],
            "description": found.get("AlarmDescription") or "",
            "namespace": found["Namespace"],
            "metric": found["MetricName"],
            "dimensions": from_pairs(found.get("Dimensions", []), "Name"),
            "statistic": found.get("ExtendedStatistic") or found["Statistic"],
            "period_s": found["Period"],
            "periods": looked_at,
            "breaches": None if breaches == looked_at else breaches,
            "comparison": found["ComparisonOperator"],
            "threshold": found["Threshold"],
            "missing_data": found.get("TreatMissingData") or "missing",
            "alarm_actions": found.get("AlarmActions", []),
            "ok_actions": found.get("OKActions", []),
            "no_data_actions": found.get("InsufficientDataActions", []),
            "actions_enabled": found.get("ActionsEnabled", True),
            "unit": found.get("Unit"),
        }
    )
