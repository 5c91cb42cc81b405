"""Instance profiles where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.iam_instance_profile import InstanceProfileArgs, InstanceProfileHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:iam:InstanceProfile::machines"
ARGS = InstanceProfileArgs(name="machines", role="worker")

Make = Callable[..., Any]


@pytest.fixture
def handler(make: Make, client: Callable[[str], Any]) -> Any:
    client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument="{}")
    return make(InstanceProfileHandler)


def test_a_profile_goes_and_leaves_its_role(handler: Any, client: Callable[[str], Any]) -> None:
    handler.update(URN, handler.create(URN, ARGS), ARGS)
    handler.delete("machines", ARGS)
    assert handler.read("machines") is None
    assert client("iam").get_role(RoleName="worker")["Role"]["RoleName"] == "worker"


def test_a_profile_that_died_before_its_role_is_adopted(handler: Any) -> None:
    handler.create(URN, ARGS)
    handler.update(URN, handler.create(URN, ARGS), ARGS)
    assert handler.read("machines").args == ARGS


def test_another_stacks_profile_is_not_adopted(handler: Any) -> None:
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)
