"""IAM roles."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs, marks
from pulumi_sixfold.aws.inputs import IamTags, Policy
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Input, Unordered, canonical
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_HOUR_S = 3600
Name = Annotated[str, Field(pattern=r"^[\w+=,.@-]{1,64}$")]


class RoleArgs(Args):
    """The inputs of a Role."""

    name: Input[Name | None] = Field(
        None, description="1-64 characters; None: derived from the resource's name. A change replaces."
    )
    assume_role_policy: Input[Policy] = Field(description="Who may become this role.")
    description: Input[str] = Field("", description="What the role is for.")
    managed_policy_arns: Input[Unordered] = Field(default=[], description="The policies attached; exactly these.")
    inline_policies: Input[dict[str, Input[Policy]]] = Field(
        default={}, description="Name → policy document; exactly these."
    )
    permissions_boundary: Input[str | None] = Field(
        None, description="ARN of the policy that bounds all others; None: the provider's, where it has one."
    )
    max_session_s: Input[Annotated[int, Field(ge=_HOUR_S, le=12 * _HOUR_S)]] = Field(
        _HOUR_S, description="Seconds, 3600-43200, that a session of the role may last."
    )
    tags: IamTags = Field(default={}, description=TAGS)


class RoleHandler(AwsHandler[RoleArgs]):
    """An IAM role; its id is its name."""

    facts = Facts(
        token="sixfold:iam:Role",
        args=RoleArgs,
        service="iam",
        gone=frozenset({"NoSuchEntity"}),
        create_only=frozenset({"name"}),
        reads={
            "GetRole": reading(
                "Arn AssumeRolePolicyDocument Description MaxSessionDuration "
                "PermissionsBoundary.PermissionsBoundaryArn",
                at="Role",
                theirs="CreateDate PermissionsBoundary.PermissionsBoundaryType RoleId RoleLastUsed RoleName",
                fixed={"Path": "/"},
            ),
            "GetRolePolicy": reading("PolicyDocument", theirs="PolicyName RoleName"),
            "ListAttachedRolePolicies": reading("AttachedPolicies.PolicyArn", theirs="AttachedPolicies.PolicyName"),
            "ListRolePolicies": reading("PolicyNames"),
        },
        outputs={"arn": "ARN of the role."},
        name_limit=64,
        tagging=Tagging("RoleName", kind="role", output="", one_case=True),
        normal={"assume_role_policy": normal.policy, "inline_policies": normal.each_policy},
        migrations=(added(max_session_s=_HOUR_S),),
        actions=actions(
            "iam",
            "AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy "
            "DetachRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies ListRolePolicies "
            "PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole",
        ),
        arns=("arn:aws:iam::{account}:role/{name}",),
        free="free",
        unnarrowable=frozenset({"iam:ListRoles"}),
        lists_with=("iam:GetRole", "iam:ListRoles"),
        lists_on=("arn:aws:iam::{account}:role/*",),
    )
    client: "IAMClient"

    def defaults(self, args: RoleArgs) -> dict[str, Any]:
        """Return the provider's tags, and its boundary where the role has none of its own."""
        bound = self.settings.permissions_boundary
        mine = {} if args.permissions_boundary or bound is None else {"permissions_boundary": bound}
        return {**super().defaults(args), **mine}

    def create(self, urn: str, args: RoleArgs) -> str:
        """Make the role with its tags and its boundary, or adopt the one that this URN made."""
        name = str(args.name)
        if self.adopts(urn, name, f"the role {name}"):
            return name
        boundary: Any = {"PermissionsBoundary": args.permissions_boundary} if args.permissions_boundary else {}
        self.client.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=args.assume_role_policy,
            Description=args.description,
            MaxSessionDuration=args.max_session_s,
            Tags=as_pairs({**args.tags, URN_TAG: urn}),
            **boundary,
        )
        wait(self.client, "role_exists", RoleName=name)
        return name

    def describe(self, resource_id: str) -> State[RoleArgs]:
        """Read the role and its policies."""
        role = self.client.get_role(RoleName=resource_id)["Role"]
        args = RoleArgs(
            name=resource_id,
            assume_role_policy=canonical(role["AssumeRolePolicyDocument"]),
            description=role.get("Description", ""),
            max_session_s=role.get("MaxSessionDuration", _HOUR_S),
            managed_policy_arns=self._attached(resource_id),
            inline_policies=self._inline(resource_id),
            permissions_boundary=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        )
        return State(args, {"arn": role["Arn"]}, from_pairs(role.get("Tags", [])))

    def change(self, resource_id: str, difference: Difference[RoleArgs]) -> None:
        """Change what differs."""
        client, want = self.client, difference.want
        if "assume_role_policy" in difference:
            client.update_assume_role_policy(RoleName=resource_id, PolicyDocument=want.assume_role_policy)
        if difference.names & {"description", "max_session_s"}:  # one without the other would reset it
            client.update_role(
                RoleName=resource_id, Description=want.description, MaxSessionDuration=want.max_session_s
            )
        if "permissions_boundary" in difference:
            self._set_boundary(resource_id, want.permissions_boundary)
        self._settle_policies(resource_id, difference.have, want)

    def delete(self, resource_id: str, args: RoleArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the role with what is attached to it."""
        with self.missing_is_fine():
            for arn in self._attached(resource_id):
                self.client.detach_role_policy(RoleName=resource_id, PolicyArn=arn)
            for name in self._inline(resource_id):
                self.client.delete_role_policy(RoleName=resource_id, PolicyName=name)
            self.client.delete_role(RoleName=resource_id)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each role."""
        pages = self.client.get_paginator("list_roles").paginate()
        yield from marks((role["RoleName"] for page in pages for role in page["Roles"]), self._tags)

    def _settle_policies(self, role: str, have: RoleArgs, args: RoleArgs) -> None:
        client = self.client
        for arn in set(args.managed_policy_arns) - set(have.managed_policy_arns):
            client.attach_role_policy(RoleName=role, PolicyArn=arn)
        for arn in set(have.managed_policy_arns) - set(args.managed_policy_arns):
            client.detach_role_policy(RoleName=role, PolicyArn=arn)
        for name, document in args.inline_policies.items():
            if have.inline_policies.get(name) != document:
                client.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)
        for name in set(have.inline_policies) - set(args.inline_policies):
            client.delete_role_policy(RoleName=role, PolicyName=name)

    def _attached(self, role: str) -> list[str]:
        pages = self.client.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]

    def _inline(self, role: str) -> dict[str, str]:
        pages = self.client.get_paginator("list_role_policies").paginate(RoleName=role)
        names = [name for page in pages for name in page["PolicyNames"]]
        policies = {name: self.client.get_role_policy(RoleName=role, PolicyName=name) for name in names}
        return {name: canonical(policy["PolicyDocument"]) for name, policy in policies.items()}

    def _tags(self, role: str) -> dict[str, str]:
        return from_pairs(self.client.get_role(RoleName=role)["Role"].get("Tags", []))

    def _set_boundary(self, role: str, arn: str | None) -> None:
        if arn:
            self.client.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=arn)
        else:
            self.client.delete_role_permissions_boundary(RoleName=role)
