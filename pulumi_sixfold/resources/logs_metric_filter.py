"""The program's side of `pulumi_sixfold.aws.logs_metric_filter`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.logs_metric_filter import MetricFilterArgs, MetricFilterHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["MetricFilter", "MetricFilterArgs"]


class MetricFilter(Resource):
    """A metric filter of CloudWatch Logs; its id is `<log group>:<name>`.

    Filters have no tags: an existing one is adopted if it is exactly the declared one.
    """

    handler = MetricFilterHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        log_group: pulumi.Output[str]
        pattern: pulumi.Output[str]
        metric_name: pulumi.Output[str]
        metric_namespace: pulumi.Output[str]
        metric_value: pulumi.Output[str]
        default_value: pulumi.Output[float | None]
        unit: pulumi.Output[str]
        dimensions: pulumi.Output[Any]

    def __init__(self, name: str, args: MetricFilterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
