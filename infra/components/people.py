"""People: a role in AWS for each kind of work, and what it may do on the cluster."""

from collections.abc import Mapping, Sequence

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions

from infra.components.manifests import declare
from infra.plans.aws.iam import people_trust
from infra.plans.kubernetes.people import group, people_manifests
from pulumi_sixfold.resources.eks_access_entry import AccessEntry, AccessEntryArgs
from pulumi_sixfold.resources.iam import Role as IamRole
from pulumi_sixfold.resources.iam import RoleArgs
from sixfold.roles import Role


class People(ComponentResource):
    """A role for each entry of `roles`; `policy_arns` are those of the jobs whose rights it has in AWS.

    With a `cluster` it has access there, as a member of its group.
    """

    def __init__(
        self,
        name: str,
        *,
        stack: str,
        roles: Mapping[str, Role],
        policy_arns: Mapping[str, Output[str]],
        account: Output[str],
        cluster: Input[str] | None,
        after: Sequence[Resource],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:People", name, None, opts)
        mine = ResourceOptions(parent=self)
        for role, may in roles.items():
            made = IamRole(
                role,
                RoleArgs(
                    description=f"Taken by people who work as {role}",
                    assume_role_policy=account.apply(people_trust),
                    managed_policy_arns=[policy_arns[job] for job in may.aws],
                ),
                mine,
            )
            if cluster is not None:
                arguments = AccessEntryArgs(cluster=cluster, principal_arn=made.arn, groups=[group(stack, role)])
                AccessEntry(role, arguments, mine)
        declare(people_manifests(stack, roles), parent=self, depends_on=after)
        self.register_outputs({})
