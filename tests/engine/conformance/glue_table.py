"""Glue tables."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from pulumi_sixfold.aws.glue import DatabaseHandler
from pulumi_sixfold.aws.glue_table import TableHandler
from tests.engine.conformance._case import GONE, Aws, Case

_WRITABLE = ("Name", "Description", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor")


def _meddle(change: Callable[[dict[str, Any]], object]) -> Any:
    """Return a function that puts the table with one value changed."""

    def put(aws: Aws, table_id: str) -> None:
        database, name = table_id.split("/", 1)
        found = aws("glue").get_table(DatabaseName=database, Name=name)["Table"]
        table = deepcopy({key: found[key] for key in _WRITABLE if key in found})
        change(table)
        aws("glue").update_table(DatabaseName=database, TableInput=table)

    return put


def _storage(key: str, value: Any) -> Any:
    return _meddle(lambda table: table["StorageDescriptor"].update({key: value}))


def _delete(aws: Aws, table_id: str) -> None:
    database, name = table_id.split("/", 1)
    aws("glue").delete_table(DatabaseName=database, Name=name)


CASES = {
    "database_of_tables": Case(DatabaseHandler, {"name": "database_of_tables"}),
    "other_database_of_tables": Case(DatabaseHandler, {"name": "other_database_of_tables"}),
    "glue_table": Case(
        TableHandler,
        {
            "database": "@database_of_tables.name",
            "location": "s3://lake/flights/",
            "columns": [{"name": "carrier", "type": "string", "comment": "two letters"}],
            "partition_keys": [{"name": "month", "type": "int"}],
        },
        changes=[
            {"description": "flights"},
            {"location": "s3://lake/other/"},
            {"columns": [{"name": "carrier", "type": "string"}, {"name": "delay", "type": "double"}]},
            {"input_format": "org.apache.hadoop.mapred.TextInputFormat"},
            {"output_format": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"},
            {"serde": "org.openx.data.jsonserde.JsonSerDe"},
            {"serde_parameters": {"paths": "carrier,delay"}},
            {"parameters": {"classification": "json"}},
            {"partition_keys": [{"name": "day", "type": "date"}]},
            {"name": "other"},
            {"database": "@other_database_of_tables.name"},
        ],
        drift={
            "description": _meddle(lambda table: table.update(Description="by hand")),
            "location": _storage("Location", "s3://theirs/"),
            "columns": _storage("Columns", []),
            "input_format": _storage("InputFormat", "theirs"),
            "output_format": _storage("OutputFormat", "theirs"),
            "serde": _meddle(lambda t: t["StorageDescriptor"]["SerdeInfo"].update(SerializationLibrary="theirs")),
            "serde_parameters": _meddle(
                lambda t: t["StorageDescriptor"]["SerdeInfo"].update(Parameters={"by": "hand"})
            ),
            "parameters": _meddle(lambda table: table["Parameters"].update(by="hand")),
            GONE: _delete,
        },
    ),
}
