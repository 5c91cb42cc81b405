"""IAM instance profiles, through which EC2 machines get a role."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs, marks
from pulumi_sixfold.aws.inputs import IamTags
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import InstanceProfileTypeDef


_OF_THE_ROLE = (
    *("Arn", "AssumeRolePolicyDocument", "CreateDate", "Description", "MaxSessionDuration", "Path"),
    *("PermissionsBoundary", "RoleId", "RoleLastUsed", "SourceRoleTemplate", "Tags"),
)


class InstanceProfileArgs(Args):
    """The inputs of an InstanceProfile."""

    name: Input[Annotated[str, Field(pattern=r"^[\w+=,.@-]{1,128}$")] | None] = Field(
        None, description="1-128 characters; None: derived from the resource's name. A change replaces."
    )
    role: Input[str | None] = Field(None, description="Name of the role that machines get; None: none.")
    tags: IamTags = Field(default={}, description=TAGS)


class InstanceProfileHandler(AwsHandler[InstanceProfileArgs]):
    """An IAM instance profile; its id is its name."""

    facts = Facts(
        token="sixfold:iam:InstanceProfile",
        args=InstanceProfileArgs,
        service="iam",
        gone=frozenset({"NoSuchEntity"}),
        create_only=frozenset({"name"}),
        reads={
            "GetInstanceProfile": reading(
                "Arn Roles.RoleName",
                at="InstanceProfile",
                theirs="CreateDate InstanceProfileId InstanceProfileName "
                + " ".join(f"Roles.{part}" for part in _OF_THE_ROLE),
                fixed={"Path": "/"},
                most={"Roles": 1},
            ),
        },
        outputs={"arn": "ARN of the instance profile."},
        name_limit=128,
        tagging=Tagging("InstanceProfileName", kind="instance_profile", output="", one_case=True),
        actions=actions(
            "iam",
            "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile PassRole "
            "RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile",
        ),
        arns=("arn:aws:iam::{account}:instance-profile/{name}",),
        passes_roles_to="ec2.amazonaws.com",
        free="free",
        unnarrowable=frozenset({"iam:ListInstanceProfiles"}),
        lists_with=("iam:GetInstanceProfile", "iam:ListInstanceProfiles"),
        lists_on=("arn:aws:iam::{account}:instance-profile/*",),
    )
    client: "IAMClient"

    def create(self, urn: str, args: InstanceProfileArgs) -> str:
        """Make the profile with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if self.adopts(urn, name, f"the instance profile {name}"):
            return name
        self.client.create_instance_profile(InstanceProfileName=name, Tags=as_pairs({**args.tags, URN_TAG: urn}))
        wait(self.client, "instance_profile_exists", InstanceProfileName=name)
        return name

    def describe(self, resource_id: str) -> State[InstanceProfileArgs]:
        """Read the profile."""
        profile = self._profile(resource_id)
        args = InstanceProfileArgs(name=resource_id, role=_role(profile))
        return State(args, {"arn": profile["Arn"]}, from_pairs(profile.get("Tags", [])))

    def change(self, resource_id: str, difference: Difference[InstanceProfileArgs]) -> None:
        """Give the profile another role; it has room for one, so that the old one goes first."""
        self._remove(resource_id, difference.have.role)
        if difference.want.role:
            self.client.add_role_to_instance_profile(InstanceProfileName=resource_id, RoleName=difference.want.role)

    def delete(self, resource_id: str, args: InstanceProfileArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the profile; its role stays."""
        with self.missing_is_fine():
            self._remove(resource_id, _role(self._profile(resource_id)))
            self.client.delete_instance_profile(InstanceProfileName=resource_id)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each profile; the list itself leaves the tags out."""
        pages = self.client.get_paginator("list_instance_profiles").paginate()
        names = (profile["InstanceProfileName"] for page in pages for profile in page["InstanceProfiles"])
        yield from marks(names, lambda name: from_pairs(self._profile(name).get("Tags", [])))

    def _profile(self, name: str) -> "InstanceProfileTypeDef":
        return self.client.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]

    def _remove(self, name: str, role: str | None) -> None:
        if role:
            self.client.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role)


def _role(profile: "InstanceProfileTypeDef") -> str | None:
    return next((role["RoleName"] for role in profile["Roles"]), None)
