"""The program's side of `pulumi_sixfold.aws.athena`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.athena import WorkGroupArgs, WorkGroupHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["WorkGroup", "WorkGroupArgs"]


class WorkGroup(Resource):
    """An Athena workgroup; its id is its name. Results in S3 stay."""

    handler = WorkGroupHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        output_location: pulumi.Output[str]
        kms_key_arn: pulumi.Output[str | None]
        enforced: pulumi.Output[bool]
        metrics: pulumi.Output[bool]
        scan_limit_bytes: pulumi.Output[int | None]
        enabled: pulumi.Output[bool]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: WorkGroupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
