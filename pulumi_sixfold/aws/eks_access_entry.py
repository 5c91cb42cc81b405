"""EKS access entries: what an IAM role may do in a cluster."""

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Tags
from pulumi_sixfold.kit.args import Args, Block, Input, Unordered
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient
    from mypy_boto3_eks.type_defs import AccessEntryTypeDef


class Scope(Block):
    """Where a policy holds."""

    namespaces: Input[Unordered] = Field(default=[], description="Kubernetes namespaces; empty: the whole cluster.")


class AccessEntryArgs(Args):
    """The inputs of an AccessEntry."""

    cluster: Input[str] = Field(description="Name of the cluster. A change replaces.")
    principal_arn: Input[str] = Field(description="ARN of the IAM role or user. A change replaces.")
    type: Input[Literal["EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "STANDARD"]] = Field(
        "STANDARD", description="STANDARD for people and programs, others for machines. A change replaces."
    )
    groups: Input[Unordered] = Field(default=[], description="Kubernetes groups, for RBAC of the cluster's own.")
    policies: Input[dict[str, Scope]] = Field(
        default={}, description="ARN of an EKS access policy → where it holds; exactly these."
    )
    tags: Tags = Field(default={}, description=TAGS)


class AccessEntryHandler(AwsHandler[AccessEntryArgs]):
    """Rights of an IAM role in a cluster; its id is `<cluster>/<principal's ARN>`."""

    facts = Facts(
        token="sixfold:eks:AccessEntry",
        args=AccessEntryArgs,
        service="eks",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"cluster", "principal_arn", "type"}),
        identity=frozenset({"cluster", "principal_arn"}),
        reads={
            "DescribeAccessEntry": reading(
                "clusterName principalArn kubernetesGroups accessEntryArn type username",
                at="accessEntry",
                theirs="createdAt modifiedAt",
            ),
            "ListAssociatedAccessPolicies": reading(
                "associatedAccessPolicies.policyArn associatedAccessPolicies.accessScope",
                theirs="associatedAccessPolicies.associatedAt associatedAccessPolicies.modifiedAt clusterName "
                "principalArn",
            ),
        },
        outputs={"arn": "ARN of the entry."},
        tagging=Tagging("resourceArn", tags="tags", keys="tagKeys", pair=None),
        actions=actions(
            "eks",
            "AssociateAccessPolicy CreateAccessEntry DeleteAccessEntry DescribeAccessEntry DisassociateAccessPolicy "
            "ListAssociatedAccessPolicies TagResource UntagResource UpdateAccessEntry",
        ),
        arns=(
            "arn:aws:eks:{at}:cluster/{cluster}",
            "arn:aws:eks:{at}:access-entry/{cluster}/*",
        ),
        free="free",
    )
    client: "EKSClient"

    def create(self, urn: str, args: AccessEntryArgs) -> str:
        """Make the entry with its tags, or adopt the one that this URN made."""
        resource_id = f"{args.cluster}/{args.principal_arn}"
        with self.missing_is_fine():
            self.owned(urn, self._entry(resource_id).get("tags", {}), f"the access entry {resource_id}")
            return resource_id
        groups: Any = {"kubernetesGroups": args.groups} if args.groups else {}
        self.client.create_access_entry(
            clusterName=args.cluster,
            principalArn=args.principal_arn,
            type=args.type,
            tags={**args.tags, URN_TAG: urn},
            **groups,
        )
        return resource_id

    def describe(self, resource_id: str) -> State[AccessEntryArgs]:
        """Read the entry and its policies.

        Raises:
            ValueError: Kubernetes knows the principal by a name that somebody chose.

        """
        found = self._entry(resource_id)
        _no_other_name(found)
        args = AccessEntryArgs.model_validate(
            {
                "cluster": found["clusterName"],
                "principal_arn": found["principalArn"],
                "type": found["type"],
                "groups": _groups(found),
                "policies": self._policies(resource_id),
            }
        )
        return State(args, {"arn": found["accessEntryArn"]}, found.get("tags", {}))

    def change(self, resource_id: str, difference: Difference[AccessEntryArgs]) -> None:
        """Change what differs."""
        client, names, want = self.client, _names(resource_id), difference.want
        have = difference.have.policies
        if "groups" in difference:
            client.update_access_entry(**names, kubernetesGroups=want.groups)
        for policy, scope in want.policies.items():
            if have.get(policy) != scope:
                client.associate_access_policy(**names, policyArn=policy, accessScope=_scope(scope))
        for policy in sorted(have.keys() - want.policies.keys()):
            client.disassociate_access_policy(**names, policyArn=policy)

    def delete(self, resource_id: str, args: AccessEntryArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the entry with its policies: the principal is shut out."""
        with self.missing_is_fine():
            self.client.delete_access_entry(**_names(resource_id))

    def id_of(self, arn: str) -> str:
        """Return the id from `access-entry/<cluster>/<role or user>/<account>/<its name>/<an id of EKS's own>`."""
        cluster, kind, account, rest = super().id_of(arn).split("/", 3)
        return f"{cluster}/arn:aws:iam::{account}:{kind}/{rest.rsplit('/', 1)[0]}"

    def _entry(self, resource_id: str) -> "AccessEntryTypeDef":
        return self.client.describe_access_entry(**_names(resource_id))["accessEntry"]

    def _policies(self, resource_id: str) -> dict[str, Scope]:
        pages = self.client.get_paginator("list_associated_access_policies").paginate(**_names(resource_id))
        found = [policy for page in pages for policy in page["associatedAccessPolicies"]]
        return {policy["policyArn"]: Scope(namespaces=policy["accessScope"].get("namespaces", [])) for policy in found}


def _names(resource_id: str) -> dict[str, Any]:
    cluster, principal = resource_id.split("/", 1)
    return {"clusterName": cluster, "principalArn": principal}


def _groups(found: "AccessEntryTypeDef") -> list[str]:
    """Return the groups that are ours: those of machines are set by EKS."""
    return found.get("kubernetesGroups", []) if found.get("type") == "STANDARD" else []


def _no_other_name(found: "AccessEntryTypeDef") -> None:
    """Refuse a Kubernetes user name other than EKS's own: a role's is that of its sessions.

    https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
    """
    principal, name = found.get("principalArn", ""), found.get("username", "")
    sessions = re.sub(r":iam:(.*):role/(?:.*/)?", r":sts:\1:assumed-role/", principal) + "/{{SessionName}}"
    if found.get("type") == "STANDARD" and name not in {"", principal, sessions}:
        raise ValueError(f"the user name {name}")


def _scope(scope: Scope) -> Any:  # noqa: ANN401 - boto3's typed dict
    return {"type": "namespace", "namespaces": scope.namespaces} if scope.namespaces else {"type": "cluster"}
