"""Workgroups where it matters most, and what moto lacks: UpdateWorkGroup."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.athena import WorkGroupArgs, WorkGroupHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:athena:WorkGroup::analysts"
ARN = "arn:aws:athena:eu-west-1:123456789012:workgroup/analysts"
ARGS = WorkGroupArgs(name="analysts", output_location="s3://results/")
TAGS = ("list_tags_for_resource", {"ResourceARN": ARN}, {"Tags": [{"Key": URN_TAG, "Value": URN}]})
GROUP = {
    "Name": "analysts",
    "State": "ENABLED",
    "Configuration": {
        "ResultConfiguration": {
            "OutputLocation": "s3://results/",
            "EncryptionConfiguration": {"EncryptionOption": "SSE_S3"},
        },
        "EnforceWorkGroupConfiguration": True,
        "PublishCloudWatchMetricsEnabled": True,
        "BytesScannedCutoffPerQuery": 20_000_000,
    },
}
FOUND = ("get_work_group", {"WorkGroup": "analysts"}, {"WorkGroup": GROUP})

Make = Callable[..., Any]


def test_all_settings_are_read(scripted: Make) -> None:
    expected = ARGS.model_copy(update={"scan_limit_bytes": 20_000_000})
    assert scripted(WorkGroupHandler, FOUND, TAGS).read("analysts").args == expected


def test_settings_that_differ_are_put(scripted: Make) -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1"
    wanted = {
        "WorkGroup": "analysts",
        "Description": "their queries",
        "State": "DISABLED",
        "ConfigurationUpdates": {
            "ResultConfigurationUpdates": {
                "OutputLocation": "s3://others/",
                "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": key},
            },
            "EnforceWorkGroupConfiguration": False,
            "PublishCloudWatchMetricsEnabled": False,
            "RemoveBytesScannedCutoffPerQuery": True,
        },
    }
    handler = scripted(WorkGroupHandler, FOUND, TAGS, ("update_work_group", wanted, {}))
    changes = {"description": "their queries", "output_location": "s3://others/", "kms_key_arn": key}
    off = dict.fromkeys(("enabled", "enforced", "metrics"), False)
    handler.update(URN, "analysts", ARGS.model_copy(update=changes | off))


def test_a_workgroup_that_is_as_wanted_is_not_put(scripted: Make) -> None:
    args = ARGS.model_copy(update={"scan_limit_bytes": 20_000_000, "force_destroy": True})
    scripted(WorkGroupHandler, FOUND, TAGS).update(URN, "analysts", args)


def test_saved_queries_refuse_the_removal(make: Make, client: Callable[[str], Any]) -> None:
    handler = make(WorkGroupHandler)
    handler.create(URN, ARGS)
    query = {"Name": "top", "Database": "raw", "QueryString": "SELECT 1", "WorkGroup": "analysts"}
    client("athena").create_named_query(**query)
    with pytest.raises(ProviderError, match="analysts has saved queries"):
        handler.delete("analysts", ARGS)
    handler.delete("analysts", ARGS.model_copy(update={"force_destroy": True}))
    assert handler.read("analysts") is None


def test_only_a_missing_workgroup_counts_as_gone(scripted: Make) -> None:
    handler = scripted(WorkGroupHandler, ("get_work_group", {"WorkGroup": "analysts"}, "InvalidRequestException"))
    with pytest.raises(handler.client.exceptions.InvalidRequestException):
        handler.read("analysts")
