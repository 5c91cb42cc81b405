"""Add-ons, which moto does not have: on answers of AWS's shapes."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.eks_addon import AddonArgs, AddonHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:eks:Addon::cni"
ARN = "arn:aws:eks:eu-west-1:123456789012:addon/main/vpc-cni/1"
NAMES = {"clusterName": "main", "addonName": "vpc-cni"}
ARGS = AddonArgs(cluster="main", addon="vpc-cni", version="v1", configuration={"a": 1}, tags={"team": "data"})
ADDON = {
    **NAMES,
    "addonArn": ARN,
    "status": "ACTIVE",
    "addonVersion": "v1",
    "configurationValues": '{"a": 1}',
    "tags": {URN_TAG: URN, "team": "data"},
}
READ = ("describe_addon", NAMES, {"addon": ADDON})
GONE = ("describe_addon", NAMES, "ResourceNotFoundException")
BEGUN = {"update": {"id": "u-1", "status": "InProgress"}}
ENDED = (
    "describe_update",
    {"name": "main", "addonName": "vpc-cni", "updateId": "u-1"},
    {"update": {"id": "u-1", "status": "Successful"}},
)

Make = Callable[..., Any]


def put(**settings: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    request = {"addonVersion": "v1", "configurationValues": '{"a":1}', "resolveConflicts": "NONE"} | settings
    return "update_addon", NAMES | request, BEGUN


def test_an_addon_is_installed_with_its_tags(scripted: Make) -> None:
    settings = {"addonVersion": "v1", "configurationValues": '{"a":1}', "resolveConflicts": "NONE"}
    request = NAMES | settings | {"tags": {URN_TAG: URN, "team": "data"}}
    assert scripted(AddonHandler, GONE, ("create_addon", request, {})).create(URN, ARGS) == "main/vpc-cni"


def test_what_is_there_is_read_as_it_was_written(scripted: Make) -> None:
    assert scripted(AddonHandler, READ).read("main/vpc-cni").args == ARGS


def test_what_is_as_wanted_is_left_alone(scripted: Make) -> None:
    scripted(AddonHandler, READ).update(URN, "main/vpc-cni", ARGS)


@pytest.mark.parametrize(
    ("change", "settings"),
    [
        ({"version": "v2"}, {"addonVersion": "v2"}),
        ({"configuration": None}, {"configurationValues": "{}"}),
        ({"version": "v2", "overwrite": True}, {"addonVersion": "v2", "resolveConflicts": "OVERWRITE"}),
    ],
)
def test_what_changes_is_put_and_waited_for(scripted: Make, change: dict[str, Any], settings: dict[str, Any]) -> None:
    scripted(AddonHandler, READ, put(**settings), ENDED).update(URN, "main/vpc-cni", ARGS.model_copy(update=change))


def test_tags_are_exactly_those_that_are_wanted(scripted: Make) -> None:
    tag = ("tag_resource", {"resourceArn": ARN, "tags": {"env": "dev"}}, {})
    untag = ("untag_resource", {"resourceArn": ARN, "tagKeys": ["team"]}, {})
    scripted(AddonHandler, READ, tag, untag).update(
        URN, "main/vpc-cni", ARGS.model_copy(update={"tags": {"env": "dev"}})
    )


def test_an_addon_goes_once_and_may_leave_its_software(scripted: Make) -> None:
    delete = ("delete_addon", NAMES | {"preserve": True}, {})
    kept = ARGS.model_copy(update={"preserve": True})
    scripted(AddonHandler, READ, delete, GONE).delete("main/vpc-cni", kept)
    scripted(AddonHandler, GONE).delete("main/vpc-cni", kept)


def test_another_stacks_addon_is_not_adopted(scripted: Make) -> None:
    with pytest.raises(ProviderError, match=f"belongs to {URN}"):
        scripted(AddonHandler, READ).create("urn:other", ARGS)
