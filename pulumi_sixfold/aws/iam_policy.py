"""IAM policies."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs, marks
from pulumi_sixfold.aws.iam import Name
from pulumi_sixfold.aws.inputs import IamTags, Policy
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input, canonical
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_VERSIONS_KEPT = 5  # IAM's limit


class PolicyArgs(Args):
    """The inputs of a Policy."""

    name: Input[Name | None] = Field(
        None, description="1-64 characters; None: derived from the resource's name. A change replaces."
    )
    description: Input[str] = Field("", description="What it allows. A change replaces: IAM cannot change it.")
    policy: Input[Policy] = Field(description="The policy document.")
    tags: IamTags = Field(default={}, description=TAGS)


class PolicyHandler(AwsHandler[PolicyArgs]):
    """An IAM policy; its id is its ARN."""

    facts = Facts(
        token="sixfold:iam:Policy",
        args=PolicyArgs,
        service="iam",
        gone=frozenset({"NoSuchEntity"}),
        create_only=frozenset({"name", "description"}),
        reads={
            "GetPolicy": reading(
                "PolicyName Description",
                at="Policy",
                theirs="Arn DefaultVersionId AttachmentCount CreateDate IsAttachable PermissionsBoundaryUsageCount "
                "PolicyId UpdateDate",
                fixed={"Path": "/"},
            ),
            "GetPolicyVersion": reading("Document", at="PolicyVersion", theirs="CreateDate IsDefaultVersion VersionId"),
        },
        outputs={"arn": "ARN of the policy."},
        name_limit=64,
        normal={"policy": normal.policy},
        tagging=Tagging("PolicyArn", kind="policy", one_case=True),
        actions=actions(
            "iam",
            "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion "
            "ListPolicyVersions TagPolicy UntagPolicy",
        ),
        arns=("arn:aws:iam::{account}:policy/{name}",),
        free="free",
        unnarrowable=frozenset({"iam:ListPolicies"}),
        lists_with=("iam:GetPolicy", "iam:ListPolicies"),
        lists_on=("arn:aws:iam::{account}:policy/*",),
    )
    client: "IAMClient"

    def create(self, urn: str, args: PolicyArgs) -> str:
        """Make the policy with its tags, or adopt the one that this URN made."""
        arn = f"arn:aws:iam::{self.account}:policy/{args.name}"
        if self.adopts(urn, arn, f"the policy {args.name}"):
            return arn
        tags = as_pairs({**args.tags, URN_TAG: urn})
        self.client.create_policy(
            PolicyName=str(args.name), PolicyDocument=args.policy, Description=args.description, Tags=tags
        )
        wait(self.client, "policy_exists", PolicyArn=arn)
        return arn

    def describe(self, resource_id: str) -> State[PolicyArgs]:
        """Read the policy's version in force, and its tags."""
        policy = self.client.get_policy(PolicyArn=resource_id)["Policy"]
        version = self.client.get_policy_version(PolicyArn=resource_id, VersionId=policy["DefaultVersionId"])
        args = PolicyArgs(
            name=policy["PolicyName"],
            description=policy.get("Description", ""),
            policy=canonical(version["PolicyVersion"]["Document"]),
        )
        return State(args, {"arn": resource_id}, from_pairs(policy.get("Tags", [])))

    def change(self, resource_id: str, difference: Difference[PolicyArgs]) -> None:
        """Put a new version in force; the oldest one makes room for it."""
        if "policy" in difference:
            for version in self._old_versions(resource_id)[_VERSIONS_KEPT - 2 :]:
                self.client.delete_policy_version(PolicyArn=resource_id, VersionId=version)
            self.client.create_policy_version(
                PolicyArn=resource_id, PolicyDocument=difference.want.policy, SetAsDefault=True
            )

    def delete(self, resource_id: str, args: PolicyArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the policy with all its versions."""
        with self.missing_is_fine():
            for version in self._old_versions(resource_id):
                self.client.delete_policy_version(PolicyArn=resource_id, VersionId=version)
            self.client.delete_policy(PolicyArn=resource_id)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each policy of the account's own."""
        pages = self.client.get_paginator("list_policies").paginate(Scope="Local")
        yield from marks((policy["Arn"] for page in pages for policy in page["Policies"]), self._tags)

    def _old_versions(self, arn: str) -> list[str]:
        """Return the versions that are not in force, newest first."""
        versions = self.client.list_policy_versions(PolicyArn=arn)["Versions"]
        old = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
        return sorted(old, key=lambda version: int(version.removeprefix("v")), reverse=True)

    def _tags(self, arn: str) -> dict[str, str]:
        return from_pairs(self.client.get_policy(PolicyArn=arn)["Policy"].get("Tags", []))
