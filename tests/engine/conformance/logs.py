"""CloudWatch log groups."""

from pulumi_sixfold.aws.logs import LogGroupHandler
from tests.engine.conformance._case import GONE, Case

CASES = {
    "trace": Case(
        LogGroupHandler,
        {"retention_days": 30},
        changes=[
            {"retention_days": 7},
            {"retention_days": 0},
            {"tags": {"a": "b"}},
            {"force_destroy": True},
            {"name": "/other/trace"},
        ],
        drift={
            "retention_days": lambda aws, name: aws("logs").put_retention_policy(logGroupName=name, retentionInDays=1),
            "tags": lambda aws, name: aws("logs").tag_resource(
                resourceArn=f"arn:aws:logs:eu-west-1:123456789012:log-group:{name}", tags={"by": "hand"}
            ),
            GONE: lambda aws, name: aws("logs").delete_log_group(logGroupName=name),
        },
        constant={"kms_key_arn": "moto has no AssociateKmsKey; see tests/unit/pulumi_sixfold/test_logs.py"},
        unseen={"kms_key_arn": "moto has no AssociateKmsKey; see tests/unit/pulumi_sixfold/test_logs.py"},
    ),
}
