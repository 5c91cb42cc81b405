"""IAM instance profiles."""

from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.aws.iam_instance_profile import InstanceProfileHandler
from tests.engine.conformance._case import BY_HAND, GONE, TRUST, Aws, Case


def _take_role(aws: Aws, name: str) -> None:
    for role in aws("iam").get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
        aws("iam").remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role["RoleName"])


def _delete(aws: Aws, name: str) -> None:
    _take_role(aws, name)
    aws("iam").delete_instance_profile(InstanceProfileName=name)


CASES = {
    "role_of_profile": Case(RoleHandler, {"assume_role_policy": TRUST}),
    "other_role_of_profile": Case(RoleHandler, {"assume_role_policy": TRUST}),
    "instance_profile": Case(
        InstanceProfileHandler,
        {"role": "@role_of_profile.name"},
        changes=[{"role": "@other_role_of_profile.name"}, {"role": None}, {"tags": {"a": "b"}}, {"name": "other"}],
        drift={
            "role": _take_role,
            "tags": lambda aws, name: aws("iam").tag_instance_profile(InstanceProfileName=name, Tags=[BY_HAND]),
            GONE: _delete,
        },
    ),
}
