"""A provider with a role calls AWS in that role and no other way."""

import pytest

from pulumi_sixfold.aws.s3 import BucketHandler
from tests.iam._plugin import Plugin, Refused
from tests.iam._role import Caller, allowing


def test_a_provider_with_a_role_may_do_what_the_role_may(strict_aws: str, session_caller: Caller) -> None:
    session_caller.start_over()
    role = session_caller.take_role(allowing(BucketHandler.facts.actions))
    plugin = Plugin({"region": "eu-west-1", "endpoint": strict_aws, "role_arn": role})
    plugin.delete(plugin.create("sixfold:s3:Bucket", "lake", {}))
    with pytest.raises(Refused, match="→ allow kms:DescribeKey to whoever runs this"):
        plugin.create("sixfold:kms:Key", "lake", {})
