"""Roles: who may take one, and how one could get more rights than it was given.

The actions by which a role gains rights: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from collections.abc import Iterable, Mapping

from infra.policies.documents import (
    Statement,
    allowing,
    documents_of,
    grants,
    is_every_action,
    is_public,
    matches_every_role,
    name_of,
)
from infra.policies.rule import Props, Rule, Source
from infra.policies.values import UNKNOWN, get, texts

_ROLE = ("sixfold:iam:Role",)
_WITH_DOCUMENTS = ("sixfold:iam:Policy", "sixfold:iam:Role")
_PODS = "pods.eks.amazonaws.com"
_WHERE = ("kubernetes-namespace", "kubernetes-service-account")
_ADMINISTRATORS = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
_GAINS = (
    "iam:AttachRolePolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "sts:AssumeRole",
)


def _taken_by_anyone(props: Props) -> Iterable[str]:
    for statement in allowing(get(props, "assume_role_policy")):
        if is_public(statement):
            yield f"{name_of(statement)} of the trust policy lets anyone take the role"
        elif _is_federated(statement) and not _names_a_subject(statement):
            yield f"{name_of(statement)} of the trust policy lets in every identity of the provider"


def _any_pod(props: Props) -> Iterable[str]:
    for statement in allowing(get(props, "assume_role_policy")):
        if _PODS in texts(get(statement, "Principal", "Service")):
            condition = get(statement, "Condition")
            tests = get(condition, "StringEquals")
            named = UNKNOWN in (condition, tests) or all(get(tests, f"aws:RequestTag/{tag}") for tag in _WHERE)
            if not named:
                yield f"{name_of(statement)} of the trust policy lets in any pod that is associated with the role"


def _is_federated(statement: Statement) -> bool:
    return grants(statement, ("sts:AssumeRoleWithWebIdentity",)) and bool(
        texts(get(statement, "Principal", "Federated"))
    )


def _names_a_subject(statement: Statement) -> bool:
    condition = get(statement, "Condition")
    if condition is UNKNOWN:
        return True
    tested = (tests for tests in (condition or {}).values() if isinstance(tests, Mapping))
    values = [value for tests in tested for key, value in tests.items() if key.endswith(":sub")]
    return any(text.strip("*?:") for value in values for text in texts(value)) or UNKNOWN in values


def _administers(props: Props) -> Iterable[str]:
    for arn in texts(get(props, "managed_policy_arns")):
        if arn.rsplit("/", 1)[-1] in _ADMINISTRATORS and ":aws:policy/" in arn:
            yield f"managed_policy_arns has {arn}"


def _gains_rights(props: Props) -> Iterable[str]:
    for where, document in documents_of(props).items():
        for statement in allowing(document):
            gains = [action for action in _GAINS if grants(statement, [action])]
            every = any(map(is_every_action, texts(statement.get("Action"))))  # the business of IAM.1 and IAM.21
            if gains and _is_about_every_role(statement) and not every:
                yield f"{name_of(statement)} of {where} allows {gains[0]} on every role"


def _is_about_every_role(statement: Statement) -> bool:
    return "NotResource" in statement or any(map(matches_every_role, texts(statement.get("Resource"))))


RULES = (
    Rule(
        "Trust.1",
        "A role is taken by those whom its trust policy names",
        _ROLE,
        _taken_by_anyone,
        "name the principals; of an OIDC provider, the subjects by a condition on its `:sub`",
        Source.SIXFOLD,
    ),
    Rule(
        "Trust.2",
        "No role has AWS's policies of an administrator",
        _ROLE,
        _administers,
        "attach a policy with the actions that the code calls",
        Source.SIXFOLD,
    ),
    Rule(
        "Trust.3",
        "No role gives itself more rights",
        _WITH_DOCUMENTS,
        _gains_rights,
        "name the roles' ARNs as Resource, and give those roles a permissions boundary",
        Source.SIXFOLD,
    ),
    Rule(
        "Trust.4",
        "A pod's role is that of one service account",
        _ROLE,
        _any_pod,
        "test aws:RequestTag/kubernetes-namespace and aws:RequestTag/kubernetes-service-account by StringEquals",
        Source.SIXFOLD,
    ),
)
