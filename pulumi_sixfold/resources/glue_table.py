"""The program's side of `pulumi_sixfold.aws.glue_table`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.glue_table import Column, TableArgs, TableHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Column", "Table", "TableArgs"]


class Table(Resource):
    """A Glue table; its id is `<database>/<name>`.

    Glue keeps no tags on tables, so that the URN is a parameter; files in S3 stay.
    """

    handler = TableHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        database: pulumi.Output[str]
        description: pulumi.Output[str]
        location: pulumi.Output[str]
        columns: pulumi.Output[Any]
        partition_keys: pulumi.Output[Any]
        input_format: pulumi.Output[str]
        output_format: pulumi.Output[str]
        serde: pulumi.Output[str]
        serde_parameters: pulumi.Output[Any]
        parameters: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
