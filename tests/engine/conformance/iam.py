"""IAM roles and policies; `policy` and `role` are there for others."""

import json

from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.aws.iam_policy import PolicyHandler
from tests.engine.conformance._case import BY_HAND, TRUST, Aws, Case, may

_OTHER_TRUST = json.loads(json.dumps(TRUST).replace("ec2.", "eks."))


def _detach(aws: Aws, name: str) -> None:
    for policy in aws("iam").list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        aws("iam").detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])


CASES = {
    "policy": Case(PolicyHandler, {"policy": may("s3:GetObject")}),
    "role": Case(RoleHandler, {"assume_role_policy": TRUST}),
    "iam_policy": Case(
        PolicyHandler,
        {"policy": may("s3:GetObject")},
        changes=[
            {"policy": json.dumps(may("s3:PutObject"), indent=2)},
            {"tags": {"a": "b"}},
            {"description": "b"},
            {"name": "other"},
        ],
        drift={
            "policy": lambda aws, arn: aws("iam").create_policy_version(
                PolicyArn=arn, PolicyDocument=json.dumps(may("s3:*")), SetAsDefault=True
            ),
            "tags": lambda aws, arn: aws("iam").tag_policy(PolicyArn=arn, Tags=[BY_HAND]),
        },
    ),
    "iam_role": Case(
        RoleHandler,
        {
            "assume_role_policy": TRUST,
            "managed_policy_arns": ["@policy.arn"],
            "inline_policies": {"own": may("s3:ListBucket")},
        },
        changes=[
            {"assume_role_policy": _OTHER_TRUST},
            {"description": "b"},
            {"max_session_s": 7200},
            {"managed_policy_arns": []},
            {"inline_policies": {"new": may("s3:ListBucket")}},
            {"permissions_boundary": "@policy.arn"},
            {"tags": {"a": "b"}},
            {"name": "other"},
        ],
        drift={
            "assume_role_policy": lambda aws, name: aws("iam").update_assume_role_policy(
                RoleName=name, PolicyDocument=json.dumps(_OTHER_TRUST)
            ),
            "description": lambda aws, name: aws("iam").update_role(RoleName=name, Description="by hand"),
            "max_session_s": lambda aws, name: aws("iam").update_role(RoleName=name, MaxSessionDuration=5000),
            "managed_policy_arns": _detach,
            "inline_policies": lambda aws, name: aws("iam").delete_role_policy(RoleName=name, PolicyName="own"),
            "permissions_boundary": lambda aws, name: aws("iam").put_role_permissions_boundary(
                RoleName=name, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"
            ),
            "tags": lambda aws, name: aws("iam").tag_role(RoleName=name, Tags=[BY_HAND]),
        },
    ),
}
