"""The program's side of `pulumi_sixfold.aws.dynamodb`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.dynamodb import TableArgs, TableHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Table", "TableArgs"]


class Table(Resource):
    """A DynamoDB table; its id is its name."""

    handler = TableHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        hash_key: pulumi.Output[str]
        hash_key_type: pulumi.Output[str]
        range_key: pulumi.Output[str | None]
        range_key_type: pulumi.Output[str]
        ttl_attribute: pulumi.Output[str | None]
        point_in_time_recovery: pulumi.Output[bool]
        kms_key_arn: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        force_destroy: pulumi.Output[bool]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
