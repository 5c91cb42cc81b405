"""Glue tables over files in S3. Iceberg tables are not made here: they belong to those who write them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws.handler import URN_TAG, AwsHandler, actions, marks
from pulumi_sixfold.kit.args import Args, Block, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import ColumnOutputTypeDef

_PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
# Glue and Athena write these themselves.
_NOT_OURS = {URN_TAG, "transient_lastDdlTime"}


class Column(Block):
    """A column of a table."""

    name: Input[str] = Field(description="Name, lower case.")
    type: Input[str] = Field(description="Type in Hive's words, such as `string`, `bigint` or `timestamp`.")
    comment: Input[str] = Field("", description="What is in it.")


class TableArgs(Args):
    """The inputs of a Table: files below an S3 prefix, Parquet unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,255}$")] | None] = Field(
        None, description="Lower case, digits and `_`; None: derived from the resource's name. A change replaces."
    )
    database: Input[str] = Field(description="Name of the Glue database. A change replaces.")
    description: Input[str] = Field("", description="What is in it.")
    location: Input[str] = Field(description="S3 URI below which the files are.")
    columns: Input[list[Column]] = Field(description="The columns in the files, in their order.")
    partition_keys: Input[list[Column]] = Field(
        default=[], description="The columns in the paths. A change replaces: partitions would not fit any more."
    )
    input_format: Input[str] = Field(f"{_PARQUET}.MapredParquetInputFormat", description="Class that reads the files.")
    output_format: Input[str] = Field(
        f"{_PARQUET}.MapredParquetOutputFormat", description="Class that writes the files."
    )
    serde: Input[str] = Field(f"{_PARQUET}.serde.ParquetHiveSerDe", description="Class that reads the rows.")
    serde_parameters: Input[dict[str, Input[str]]] = Field(default={}, description="What that class is told.")
    parameters: Input[dict[str, Input[str]]] = Field(default={}, description="What engines are told of the table.")


class TableHandler(AwsHandler[TableArgs]):
    """A Glue table; its id is `<database>/<name>`.

    Glue keeps no tags on tables, so that the URN is a parameter; files in S3 stay.
    """

    facts = Facts(
        token="sixfold:glue:Table",
        args=TableArgs,
        service="glue",
        gone=frozenset({"EntityNotFoundException"}),
        create_only=frozenset({"name", "database", "partition_keys"}),
        identity=frozenset({"name", "database"}),
        reads={
            "GetTable": reading(
                "Name DatabaseName Description CatalogId Parameters StorageDescriptor.Location "
                "StorageDescriptor.InputFormat StorageDescriptor.OutputFormat "
                "StorageDescriptor.SerdeInfo.SerializationLibrary "
                "StorageDescriptor.SerdeInfo.Parameters StorageDescriptor.Columns.Name StorageDescriptor.Columns.Type "
                "StorageDescriptor.Columns.Comment PartitionKeys.Name PartitionKeys.Type PartitionKeys.Comment",
                at="Table",
                theirs="CreateTime CreatedBy IsRegisteredWithLakeFormation LastAccessTime LastAnalyzedTime Status "
                "UpdateTime VersionId",
                fixed={"StorageDescriptor.NumberOfBuckets": (-1, 0), "TableType": "EXTERNAL_TABLE"},
            ),
        },
        outputs={"arn": "ARN of the table."},
        name_limit=255,
        name_separator="_",
        actions=actions("glue", "CreateTable DeleteTable GetTable UpdateTable"),
        arns=(
            "arn:aws:glue:{at}:table/{database}/{name}",
            "arn:aws:glue:{at}:catalog",
            "arn:aws:glue:{at}:database/{database}",
        ),
        free="free up to a million objects",
        lists_with=("glue:GetTables",),
        lists_on=("arn:aws:glue:{at}:catalog", "arn:aws:glue:{at}:database/*", "arn:aws:glue:{at}:table/*"),
    )
    client: "GlueClient"

    def create(self, urn: str, args: TableArgs) -> str:
        """Make the table, or adopt the one that this URN made."""
        resource_id = f"{args.database}/{args.name}"
        if not self.adopts(urn, resource_id, f"the Glue table {resource_id}"):
            self.client.create_table(DatabaseName=args.database, TableInput=_input(args, self.tags(urn, args)))
        return resource_id

    def describe(self, resource_id: str) -> State[TableArgs]:
        """Read the table."""
        database, name = resource_id.split("/", 1)
        table = self.client.get_table(DatabaseName=database, Name=name)["Table"]
        storage = table.get("StorageDescriptor", {})
        serde = storage.get("SerdeInfo", {})
        args = TableArgs(
            name=table["Name"],
            database=table["DatabaseName"],
            description=table.get("Description") or "",
            location=storage.get("Location") or "",
            columns=_columns(storage.get("Columns", [])),
            partition_keys=_columns(table.get("PartitionKeys", [])),
            input_format=storage.get("InputFormat") or "",
            output_format=storage.get("OutputFormat") or "",
            serde=serde.get("SerializationLibrary") or "",
            serde_parameters=serde.get("Parameters", {}),
            parameters={key: value for key, value in table.get("Parameters", {}).items() if key not in _NOT_OURS},
        )
        arn = f"arn:aws:glue:{self.region}:{table['CatalogId']}:table/{resource_id}"
        mark = {key: text for key, text in table.get("Parameters", {}).items() if key == URN_TAG}
        return State(args, {"arn": arn}, mark)

    def change(self, resource_id: str, difference: Difference[TableArgs]) -> None:
        """Write the table anew, with its mark: Glue changes no part of it alone."""
        del resource_id  # the inputs have it
        want = difference.want
        self.client.update_table(DatabaseName=want.database, TableInput=_input(want, difference.tags))

    def settle_tags(self, resource_id: str, difference: Difference[TableArgs]) -> None:
        """Write the table anew for the mark alone; a change writes both."""
        if not difference.names and difference.old_tags != difference.tags:
            self.change(resource_id, difference)

    def delete(self, resource_id: str, args: TableArgs) -> None:
        """Remove the table from the catalog."""
        del resource_id  # the inputs are the id
        with self.missing_is_fine():
            self.client.delete_table(DatabaseName=args.database, Name=str(args.name))

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each table, whichever database it is in."""
        databases = self.client.get_paginator("get_databases").paginate()
        for name in [each["Name"] for page in databases for each in page["DatabaseList"]]:
            pages = self.client.get_paginator("get_tables").paginate(DatabaseName=name)
            tables = {f"{name}/{each['Name']}": each for page in pages for each in page["TableList"]}
            yield from marks(tables, {key: table.get("Parameters", {}) for key, table in tables.items()}.__getitem__)


def _input(args: TableArgs, mark: Mapping[str, str]) -> Any:  # noqa: ANN401 - boto3's typed dict
    return {
        "Name": args.name,
        "Description": args.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {**args.parameters, **mark},
        "PartitionKeys": _to_glue(args.partition_keys),
        "StorageDescriptor": {
            "Location": args.location,
            "Columns": _to_glue(args.columns),
            "InputFormat": args.input_format,
            "OutputFormat": args.output_format,
            "SerdeInfo": {"SerializationLibrary": args.serde, "Parameters": args.serde_parameters},
        },
    }


def _to_glue(columns: list[Column]) -> list[dict[str, str]]:
    return [{"Name": column.name, "Type": column.type, "Comment": column.comment} for column in columns]


def _columns(found: "list[ColumnOutputTypeDef]") -> list[Column]:
    return [
        Column(name=column["Name"], type=column.get("Type", ""), comment=column.get("Comment") or "")
        for column in found
    ]
