"""Metric filters of CloudWatch Logs: count, or measure, what a log group's events say."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from pulumi_sixfold.aws.handler import AwsHandler, actions
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

_Unit = Literal["None", "Count", "Seconds", "Milliseconds", "Microseconds", "Bytes", "Percent", "Count/Second"]


class MetricFilterArgs(Args):
    """The inputs of a MetricFilter: counts the events that fit its pattern, unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[^:*]{1,512}$")] | None] = Field(
        None, description="1-512 characters but `:` and `*`; None: derived from the resource's name. A change replaces."
    )
    log_group: Input[str] = Field(description="Name of the log group. A change replaces.")
    pattern: Input[str] = Field("", description="Which events, in CloudWatch's filter syntax; empty: all.")
    metric_name: Input[str] = Field(description="Name of the metric.")
    metric_namespace: Input[str] = Field(description="Namespace of the metric, such as `Sixfold`.")
    metric_value: Input[str] = Field("1", description="What an event adds: a number, or a field such as `$.latency`.")
    default_value: Input[float | None] = Field(
        None, description="Value of a minute in which no event fits; None: no value. Not together with dimensions."
    )
    unit: Input[_Unit] = Field("None", description="Unit of the metric, as CloudWatch names it.")
    dimensions: Input[dict[str, Input[str]]] = Field(
        default={}, description="Up to three dimensions → the field of an event that has the value."
    )


class MetricFilterHandler(AwsHandler[MetricFilterArgs]):
    """A metric filter of CloudWatch Logs; its id is `<log group>:<name>`.

    Filters have no tags: an existing one is adopted if it is exactly the declared one.
    """

    facts = Facts(
        token="sixfold:logs:MetricFilter",
        args=MetricFilterArgs,
        service="logs",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name", "log_group"}),
        identity=frozenset({"name", "log_group"}),
        reads={
            "DescribeMetricFilters": reading(
                "filterName filterPattern metricTransformations",
                at="metricFilters",
                theirs="creationTime logGroupName",
                most={"metricTransformations": 1},
                named="filterName",
            ),
        },
        outputs={},
        name_limit=512,
        actions=actions("logs", "DeleteMetricFilter DescribeMetricFilters PutMetricFilter"),
        arns=("arn:aws:logs:{at}:log-group:{log_group}",),
        free="by the metric, once events fit",
    )
    client: "CloudWatchLogsClient"

    def create(self, urn: str, args: MetricFilterArgs) -> str:  # noqa: ARG002 - there is no place for a URN
        """Create the filter as a whole, or adopt an equal one."""
        resource_id = f"{args.log_group}:{args.name}"
        state = self.read(resource_id)
        if state is None:
            self._put(args)
        elif state.args != args:
            raise ProviderError(
                f"the metric filter {resource_id} exists already and is another one",
                remedy="import it (`pulumi import`), remove it, or give the resource another name",
            )
        return resource_id

    def describe(self, resource_id: str) -> State[MetricFilterArgs] | None:
        """Read the filter; CloudWatch lists by prefix. Only moto keeps several of one name: the last one counts."""
        group, _, name = resource_id.partition(":")
        found = self._found(group, name)
        if not found:
            return None
        (metric,) = found[-1]["metricTransformations"]
        args = MetricFilterArgs(
            name=name,
            log_group=group,
            pattern=found[-1].get("filterPattern", ""),
            metric_name=metric["metricName"],
            metric_namespace=metric["metricNamespace"],
            metric_value=metric["metricValue"],
            default_value=metric.get("defaultValue"),
            unit=metric.get("unit", "None"),
            dimensions=metric.get("dimensions", {}),
        )
        return State(args)

    def change(self, resource_id: str, difference: Difference[MetricFilterArgs]) -> None:
        """Write the filter again: CloudWatch takes it as a whole."""
        del resource_id  # the inputs have it
        self._put(difference.want)

    def delete(self, resource_id: str, args: MetricFilterArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the filter; the metric's values stay until they expire."""
        group, _, name = resource_id.partition(":")
        while self._found(group, name):  # AWS has one of the name; moto keeps those that a put replaces
            self.client.delete_metric_filter(logGroupName=group, filterName=name)

    def _found(self, group: str, name: str) -> list[Any]:
        with self.missing_is_fine():
            pages = self.client.get_paginator("describe_metric_filters").paginate(
                logGroupName=group, filterNamePrefix=name
            )
            return [each for page in pages for each in page["metricFilters"] if each.get("filterName") == name]
        return []

    def _put(self, args: MetricFilterArgs) -> None:
        metric: Any = {
            "metricName": args.metric_name,
            "metricNamespace": args.metric_namespace,
            "metricValue": args.metric_value,
            "unit": args.unit,
            **({} if args.default_value is None else {"defaultValue": args.default_value}),
            **({"dimensions": args.dimensions} if args.dimensions else {}),
        }
        self.client.put_metric_filter(
            logGroupName=args.log_group,
            filterName=str(args.name),
            filterPattern=args.pattern,
            metricTransformations=[metric],
        )
