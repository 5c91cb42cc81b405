"""DynamoDB tables, on demand."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KeyType = Input[Literal["S", "N", "B"]]


class TableArgs(Args):
    """The inputs of a Table: paid per request, with backups to any second, unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9_.-]{3,255}$")] | None] = Field(
        None, description="3-255 characters; None: derived from the resource's name. A change replaces."
    )
    hash_key: Input[str] = Field(description="Attribute that spreads the rows. A change replaces.")
    hash_key_type: _KeyType = Field("S", description="S text, N number, B bytes. A change replaces.")
    range_key: Input[str | None] = Field(None, description="Attribute that orders the rows. A change replaces.")
    range_key_type: _KeyType = Field("S", description="S text, N number, B bytes. A change replaces.")
    ttl_attribute: Input[str | None] = Field(None, description="Attribute with the second (epoch) when a row goes.")
    point_in_time_recovery: Input[bool] = Field(True, description="Restorable to any second of the last 35 days.")
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: a key that AWS owns.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete the table even when there are rows in it.")


class TableHandler(AwsHandler[TableArgs]):
    """A DynamoDB table; its id is its name."""

    facts = Facts(
        token="sixfold:dynamodb:Table",
        args=TableArgs,
        service="dynamodb",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name", "hash_key", "hash_key_type", "range_key", "range_key_type"}),
        reads={
            "DescribeTable": reading(
                "AttributeDefinitions KeySchema TableArn SSEDescription.KMSMasterKeyArn",
                at="Table",
                theirs="CreationDateTime ItemCount ProvisionedThroughput.LastDecreaseDateTime "
                "ProvisionedThroughput.LastIncreaseDateTime ProvisionedThroughput.NumberOfDecreasesToday "
                "BillingModeSummary.LastUpdateToPayPerRequestDateTime RestoreSummary SSEDescription.SSEType "
                "SSEDescription.Status TableClassSummary.LastUpdateDateTime TableId TableName TableSizeBytes "
                "TableStatus "
                "WarmThroughput",
                fixed={"BillingModeSummary.BillingMode": "PAY_PER_REQUEST", "TableClassSummary.TableClass": "STANDARD"},
            ),
            "DescribeContinuousBackups": reading(
                "PointInTimeRecoveryDescription.PointInTimeRecoveryStatus",
                at="ContinuousBackupsDescription",
                theirs="ContinuousBackupsStatus PointInTimeRecoveryDescription.EarliestRestorableDateTime "
                "PointInTimeRecoveryDescription.LatestRestorableDateTime",
                fixed={"PointInTimeRecoveryDescription.RecoveryPeriodInDays": 35},
            ),
            "DescribeTimeToLive": reading("TimeToLiveStatus AttributeName", at="TimeToLiveDescription"),
            "ListTagsOfResource": reading(),
        },
        outputs={"arn": "ARN of the table."},
        unreadable=frozenset({"force_destroy"}),
        name_limit=255,
        tagging=Tagging("ResourceArn"),
        actions=(
            *actions(
                "dynamodb",
                "CreateTable DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive "
                "ListTagsOfResource Scan TagResource UntagResource UpdateContinuousBackups UpdateTable "
                "UpdateTimeToLive",
            ),
            *actions("kms", "CreateGrant DescribeKey"),  # DynamoDB asks for them where there is a key
        ),
        arns=(
            "arn:aws:dynamodb:{at}:table/{name}",
            "arn:aws:kms:{at}:key/*",
        ),
        free="on demand: by the request and the byte stored",
    )
    client: "DynamoDBClient"

    def create(self, urn: str, args: TableArgs) -> str:
        """Make the table with its tags, or adopt the one that this URN made; wait until it can be used."""
        name = str(args.name)
        if not self.adopts(urn, name, f"the table {name}"):
            keys = {args.hash_key: ("HASH", args.hash_key_type)}
            if args.range_key:
                keys[args.range_key] = ("RANGE", args.range_key_type)
            schema: Any = [{"AttributeName": key, "KeyType": role} for key, (role, _) in keys.items()]
            types: Any = [{"AttributeName": key, "AttributeType": kind} for key, (_, kind) in keys.items()]
            self.client.create_table(
                TableName=name,
                KeySchema=schema,
                AttributeDefinitions=types,
                BillingMode="PAY_PER_REQUEST",
                SSESpecification=_encryption(args.kms_key_arn),
                Tags=as_pairs({**args.tags, URN_TAG: urn}),
            )
        wait(self.client, "table_exists", TableName=name)
        return name

    def describe(self, resource_id: str) -> State[TableArgs]:
        """Read every aspect of the table."""
        client = self.client
        table = client.describe_table(TableName=resource_id)["Table"]
        keys = {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]}
        types = {found["AttributeName"]: found["AttributeType"] for found in table["AttributeDefinitions"]}
        backups = client.describe_continuous_backups(TableName=resource_id)["ContinuousBackupsDescription"]
        recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
        ttl = client.describe_time_to_live(TableName=resource_id)["TimeToLiveDescription"]
        args = TableArgs(
            name=resource_id,
            hash_key=keys["HASH"],
            hash_key_type=types[keys["HASH"]],
            range_key=keys.get("RANGE"),
            range_key_type=types[keys["RANGE"]] if "RANGE" in keys else "S",
            ttl_attribute=ttl.get("AttributeName") if ttl.get("TimeToLiveStatus") in {"ENABLED", "ENABLING"} else None,
            point_in_time_recovery=recovery == "ENABLED",
            kms_key_arn=table.get("SSEDescription", {}).get("KMSMasterKeyArn"),
        )
        pages = client.get_paginator("list_tags_of_resource").paginate(ResourceArn=table["TableArn"])
        tags = from_pairs([pair for page in pages for pair in page["Tags"]])
        return State(args, {"arn": table["TableArn"]}, tags)

    def change(self, resource_id: str, difference: Difference[TableArgs]) -> None:
        """Change what differs."""
        client, want = self.client, difference.want
        if "kms_key_arn" in difference:
            client.update_table(TableName=resource_id, SSESpecification=_encryption(want.kms_key_arn))
            wait(client, "table_exists", TableName=resource_id)
        if "point_in_time_recovery" in difference:
            client.update_continuous_backups(
                TableName=resource_id,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": want.point_in_time_recovery},
            )
        if "ttl_attribute" in difference:
            self._set_ttl(resource_id, difference.have.ttl_attribute, want.ttl_attribute)

    def delete(self, resource_id: str, args: TableArgs) -> None:
        """Remove the table; rows in it refuse the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            if not args.force_destroy and self.client.scan(TableName=resource_id, Limit=1)["Count"]:
                raise ProviderError(
                    f"the table {resource_id} has rows",
                    remedy="set force_destroy=True and run `pulumi up` first, or delete the rows",
                )
            self.client.delete_table(TableName=resource_id)
            wait(self.client, "table_not_exists", TableName=resource_id)

    def _set_ttl(self, name: str, old: str | None, new: str | None) -> None:
        """Switch the time to live on or off.

        Raises:
            ProviderError: another attribute is wanted. DynamoDB takes one change an hour, so that the second of the
                two that this takes would be refused, and rows would live for ever.

        """
        if old and new:
            raise ProviderError(
                f"the table {name} has {old} for its ttl_attribute, and DynamoDB takes no other in one step",
                remedy="set ttl_attribute=None and run `pulumi up`; after an hour set the new one and run it again",
            )
        specification: Any = {"AttributeName": old or new, "Enabled": bool(new)}
        self.client.update_time_to_live(TableName=name, TimeToLiveSpecification=specification)


def _encryption(kms_key_arn: str | None) -> Any:  # noqa: ANN401 - boto3's typed dict
    if kms_key_arn is None:
        return {"Enabled": False}
    return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": kms_key_arn}
