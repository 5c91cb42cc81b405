"""Access entries, which moto does not have: on answers of AWS's shapes."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.eks_access_entry import AccessEntryArgs, AccessEntryHandler, Scope
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:eks:AccessEntry::team"
ROLE = "arn:aws:iam::123456789012:role/team"
ARN = "arn:aws:eks:eu-west-1:123456789012:access-entry/main/role/team/1"
NAMES = {"clusterName": "main", "principalArn": ROLE}
VIEW, EDIT = "arn:aws:eks::aws:cluster-access-policy/View", "arn:aws:eks::aws:cluster-access-policy/Edit"
ID = f"main/{ROLE}"
ARGS = AccessEntryArgs(cluster="main", principal_arn=ROLE, groups=["a"], policies={VIEW: Scope()})
ENTRY = {**NAMES, "accessEntryArn": ARN, "type": "STANDARD", "kubernetesGroups": ["a"], "tags": {URN_TAG: URN}}
READ = ("describe_access_entry", NAMES, {"accessEntry": ENTRY})
GONE = ("describe_access_entry", NAMES, "ResourceNotFoundException")
POLICIES = (
    "list_associated_access_policies",
    NAMES,
    {"associatedAccessPolicies": [{"policyArn": VIEW, "accessScope": {"type": "cluster", "namespaces": []}}]},
)

Make = Callable[..., Any]


def test_an_entry_is_made_with_its_tags(scripted: Make) -> None:
    request = NAMES | {"type": "STANDARD", "kubernetesGroups": ["a"], "tags": {URN_TAG: URN}}
    assert scripted(AccessEntryHandler, GONE, ("create_access_entry", request, {})).create(URN, ARGS) == ID


def test_what_is_there_is_read_and_left_alone(scripted: Make) -> None:
    assert scripted(AccessEntryHandler, READ, POLICIES).read(ID).args == ARGS
    scripted(AccessEntryHandler, READ, POLICIES).update(URN, ID, ARGS)


def test_policies_are_exactly_those_that_are_wanted(scripted: Make) -> None:
    scope = {"type": "namespace", "namespaces": ["ml"]}
    add = ("associate_access_policy", NAMES | {"policyArn": EDIT, "accessScope": scope}, {})
    remove = ("disassociate_access_policy", NAMES | {"policyArn": VIEW}, {})
    changed = ARGS.model_copy(update={"policies": {EDIT: Scope(namespaces=["ml"])}})
    scripted(AccessEntryHandler, READ, POLICIES, add, remove).update(URN, ID, changed)


def test_a_policy_that_holds_elsewhere_is_put_again(scripted: Make) -> None:
    scope = {"type": "namespace", "namespaces": ["ml"]}
    put = ("associate_access_policy", NAMES | {"policyArn": VIEW, "accessScope": scope}, {})
    changed = ARGS.model_copy(update={"policies": {VIEW: Scope(namespaces=["ml"])}})
    scripted(AccessEntryHandler, READ, POLICIES, put).update(URN, ID, changed)


def test_groups_and_tags_change_in_place(scripted: Make) -> None:
    tag = ("tag_resource", {"resourceArn": ARN, "tags": {"a": "b"}}, {})
    put = ("update_access_entry", NAMES | {"kubernetesGroups": []}, {})
    changed = ARGS.model_copy(update={"groups": [], "tags": {"a": "b"}})
    scripted(AccessEntryHandler, READ, POLICIES, tag, put).update(URN, ID, changed)


def test_the_groups_of_machines_are_those_of_eks(scripted: Make) -> None:
    machines = ENTRY | {"type": "EC2_LINUX", "kubernetesGroups": ["system:nodes"]}
    none = ("list_associated_access_policies", NAMES, {"associatedAccessPolicies": []})
    read = ("describe_access_entry", NAMES, {"accessEntry": machines})
    assert scripted(AccessEntryHandler, read, none).read(ID).args.groups == []


def test_it_is_deleted_twice(scripted: Make) -> None:
    delete, gone = ("delete_access_entry", NAMES, {}), ("delete_access_entry", NAMES, "ResourceNotFoundException")
    handler = scripted(AccessEntryHandler, delete, gone)
    handler.delete(ID, ARGS)
    handler.delete(ID, ARGS)


def test_another_stacks_entry_is_not_adopted(scripted: Make) -> None:
    with pytest.raises(ProviderError, match=f"belongs to {URN}"):
        scripted(AccessEntryHandler, READ).create("urn:other", ARGS)
