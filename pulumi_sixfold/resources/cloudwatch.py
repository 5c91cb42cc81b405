"""The program's side of `pulumi_sixfold.aws.cloudwatch`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.cloudwatch import AlarmArgs, AlarmHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Alarm", "AlarmArgs"]


class Alarm(Resource):
    """A CloudWatch alarm; its id is its name."""

    handler = AlarmHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        namespace: pulumi.Output[str]
        metric: pulumi.Output[str]
        dimensions: pulumi.Output[Any]
        statistic: pulumi.Output[str]
        period_s: pulumi.Output[int]
        periods: pulumi.Output[int]
        breaches: pulumi.Output[int | None]
        comparison: pulumi.Output[str]
        threshold: pulumi.Output[float]
        missing_data: pulumi.Output[str]
        alarm_actions: pulumi.Output[Any]
        ok_actions: pulumi.Output[Any]
        no_data_actions: pulumi.Output[Any]
        actions_enabled: pulumi.Output[bool]
        unit: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: AlarmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
