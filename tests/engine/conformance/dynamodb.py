"""DynamoDB tables."""

from pulumi_sixfold.aws.dynamodb import TableHandler
from tests.engine.conformance._case import BY_HAND, Aws, Case

_NO_ENCRYPTION = "moto's UpdateTable ignores SSESpecification; tests/unit/pulumi_sixfold/test_aws.py has the request"


def _tag(aws: Aws, name: str) -> None:
    arn = aws("dynamodb").describe_table(TableName=name)["Table"]["TableArn"]
    aws("dynamodb").tag_resource(ResourceArn=arn, Tags=[BY_HAND])


CASES = {
    "dynamodb_table": Case(
        TableHandler,
        {"hash_key": "id", "kms_key_arn": "@key.arn", "ttl_attribute": "until"},
        changes=[
            {"ttl_attribute": None},
            {"point_in_time_recovery": False},
            {"tags": {"a": "b"}},
            {"force_destroy": True},
            {"hash_key": "key"},
            {"hash_key_type": "N"},
            {"range_key": "at"},
            {"range_key_type": "N"},
            {"name": "other"},
        ],
        drift={
            "ttl_attribute": lambda aws, name: aws("dynamodb").update_time_to_live(
                TableName=name, TimeToLiveSpecification={"Enabled": False, "AttributeName": "until"}
            ),
            "point_in_time_recovery": lambda aws, name: aws("dynamodb").update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
            ),
            "tags": _tag,
        },
        constant={"kms_key_arn": _NO_ENCRYPTION},
        unseen={"kms_key_arn": _NO_ENCRYPTION},
    ),
}
