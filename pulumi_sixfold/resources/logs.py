"""The program's side of `pulumi_sixfold.aws.logs`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.logs import LogGroupArgs, LogGroupHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["LogGroup", "LogGroupArgs"]


class LogGroup(Resource):
    """A CloudWatch log group; its id is its name."""

    handler = LogGroupHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        retention_days: pulumi.Output[int]
        kms_key_arn: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: LogGroupArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or LogGroupArgs(), opts)
