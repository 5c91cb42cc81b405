"""Athena."""

from pulumi_sixfold.aws.athena import WorkGroupHandler
from tests.engine.conformance._case import BY_HAND, GONE, Case

_NO_UPDATE = "moto has no UpdateWorkGroup; see tests/unit/pulumi_sixfold/test_athena.py"
_SETTINGS = ("description", "output_location", "kms_key_arn", "enforced", "metrics", "scan_limit_bytes", "enabled")

CASES = {
    "workgroup": Case(
        WorkGroupHandler,
        {"output_location": "s3://results/", "scan_limit_bytes": 10_000_000_000, "description": "analysts"},
        changes=[{"tags": {"a": "b"}}, {"force_destroy": True}, {"name": "other-workgroup"}],
        drift={
            "tags": lambda aws, name: aws("athena").tag_resource(
                ResourceARN=f"arn:aws:athena:eu-west-1:123456789012:workgroup/{name}", Tags=[BY_HAND]
            ),
            GONE: lambda aws, name: aws("athena").delete_work_group(WorkGroup=name),
        },
        constant=dict.fromkeys(_SETTINGS, _NO_UPDATE),
        unseen=dict.fromkeys(_SETTINGS, _NO_UPDATE),
    ),
}
