"""Pod identities, which moto does not have: on answers of AWS's shapes."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.eks_pod_identity import PodIdentityAssociationArgs, PodIdentityAssociationHandler
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:eks:PodIdentityAssociation::jobs"
ROLE = "arn:aws:iam::123456789012:role/jobs"
ARN = "arn:aws:eks:eu-west-1:123456789012:podidentityassociation/main/a-1"
ARGS = PodIdentityAssociationArgs(cluster="main", namespace="ml", service_account="jobs", role_arn=ROLE)
WHOSE = {"clusterName": "main", "namespace": "ml", "serviceAccount": "jobs"}
WHERE = {"clusterName": "main", "associationId": "a-1"}
FOUND = {
    "association": {**WHOSE, "roleArn": ROLE, "associationArn": ARN, "associationId": "a-1", "tags": {URN_TAG: URN}}
}
READ = ("describe_pod_identity_association", WHERE, FOUND)
LIST = ("list_pod_identity_associations", WHOSE, {"associations": [{"associationId": "a-1"}]})

Make = Callable[..., Any]


def test_a_service_account_gets_its_role(scripted: Make) -> None:
    none = ("list_pod_identity_associations", WHOSE, {"associations": []})
    create = ("create_pod_identity_association", WHOSE | {"roleArn": ROLE, "tags": {URN_TAG: URN}}, FOUND)
    assert scripted(PodIdentityAssociationHandler, none, create).create(URN, ARGS) == "main/a-1"


def test_a_create_that_died_is_adopted(scripted: Make) -> None:
    assert scripted(PodIdentityAssociationHandler, LIST, READ).create(URN, ARGS) == "main/a-1"


def test_another_stacks_association_is_not_adopted(scripted: Make) -> None:
    with pytest.raises(ProviderError, match=f"role of ml/jobs in main exists already and belongs to {URN}"):
        scripted(PodIdentityAssociationHandler, LIST, READ).create("urn:other", ARGS)


def test_what_is_there_is_read_and_left_alone(scripted: Make) -> None:
    assert scripted(PodIdentityAssociationHandler, READ).read("main/a-1").args == ARGS
    scripted(PodIdentityAssociationHandler, READ).update(URN, "main/a-1", ARGS)


def test_role_and_tags_change_in_place(scripted: Make) -> None:
    tag = ("tag_resource", {"resourceArn": ARN, "tags": {"a": "b"}}, {})
    put = ("update_pod_identity_association", WHERE | {"roleArn": f"{ROLE}-2"}, {})
    changed = ARGS.model_copy(update={"role_arn": f"{ROLE}-2", "tags": {"a": "b"}})
    scripted(PodIdentityAssociationHandler, READ, tag, put).update(URN, "main/a-1", changed)


def test_it_is_deleted_twice(scripted: Make) -> None:
    delete = ("delete_pod_identity_association", WHERE, {})
    gone = ("delete_pod_identity_association", WHERE, "ResourceNotFoundException")
    handler = scripted(PodIdentityAssociationHandler, delete, gone)
    handler.delete("main/a-1", ARGS)
    handler.delete("main/a-1", ARGS)
