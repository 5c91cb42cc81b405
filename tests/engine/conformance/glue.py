"""Glue databases."""

from pulumi_sixfold.aws.glue import DatabaseHandler
from tests.engine.conformance._case import Aws, Case


def _arn(aws: Aws, name: str) -> str:
    account = aws("sts").get_caller_identity()["Account"]
    return f"arn:aws:glue:eu-west-1:{account}:database/{name}"


CASES = {
    "glue_database": Case(
        DatabaseHandler,
        {"description": "a", "location": "s3://x/"},
        changes=[{"description": "b"}, {"location": None}, {"tags": {"a": "b"}}, {"name": "other"}],
        drift={
            "description": lambda aws, name: aws("glue").update_database(
                Name=name, DatabaseInput={"Name": name, "Description": "by hand", "LocationUri": "s3://x/"}
            ),
            "location": lambda aws, name: aws("glue").update_database(
                Name=name, DatabaseInput={"Name": name, "Description": "a"}
            ),
            "tags": lambda aws, name: aws("glue").tag_resource(ResourceArn=_arn(aws, name), TagsToAdd={"by": "hand"}),
        },
    ),
}
