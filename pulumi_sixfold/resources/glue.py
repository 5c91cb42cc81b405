"""The program's side of `pulumi_sixfold.aws.glue`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.glue import DatabaseArgs, DatabaseHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Database", "DatabaseArgs"]


class Database(Resource):
    """A Glue database; its id is its name.

    Deleting a database deletes its tables' entries in the catalog; files in S3 stay.
    """

    handler = DatabaseHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        description: pulumi.Output[str]
        location: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: DatabaseArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or DatabaseArgs(), opts)
