"""Access: a role for each kind of job, with the rights that its code needs and no others."""

from collections.abc import Callable, Mapping

from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.plans.aws.statements import Document
from pulumi_sixfold.resources.iam import Role, RoleArgs
from pulumi_sixfold.resources.iam_policy import Policy, PolicyArgs


class Access(ComponentResource):
    """One role and one policy for each entry of `policies` (role → document); `trust` says who takes a role.

    Outputs: `role_arns` and `policy_arns`, by role.
    """

    def __init__(
        self,
        name: str,
        *,
        trust: Callable[[str], Input[Document]],
        policies: Mapping[str, Input[Document]],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Access", name, None, opts)
        mine = ResourceOptions(parent=self)
        self.role_arns: dict[str, Output[str]] = {}
        self.policy_arns: dict[str, Output[str]] = {}
        for job, document in policies.items():
            policy = Policy(job, PolicyArgs(description=f"What {job} may do", policy=document), mine)
            role = Role(
                job,
                RoleArgs(
                    description=f"Taken by {job}",
                    assume_role_policy=trust(job),
                    managed_policy_arns=[policy.arn],
                ),
                mine,
            )
            self.role_arns[job] = role.arn
            self.policy_arns[job] = policy.arn
        self.register_outputs({"role_arns": self.role_arns})
