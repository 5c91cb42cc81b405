"""The deployer's policies allow what is needed, on what it is needed, and fit into managed policies."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.checks.deployer.plan import (
    LONGEST,
    Bound,
    Need,
    deployer_policies,
)
from infra.checks.deployer.policies import UNNARROWABLE
from sixfold.errors import SixfoldError

NAMES = st.text("abcdefghijklmnop", min_size=1, max_size=60)
NEEDS = st.builds(
    lambda names, resources: Need(
        tuple(f"s3:{name}" for name in names), tuple(f"arn:aws:s3:::{name}" for name in resources)
    ),
    st.lists(NAMES, min_size=1, max_size=20),
    st.lists(NAMES, min_size=1, max_size=20),
)
ROLE = "arn:aws:iam::*:role/machine-????????"


def allowed(documents: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {
        (action, arn)
        for document in documents
        for statement in document["Statement"]
        for action in statement["Action"]
        for arn in statement["Resource"]
    }


@given(st.lists(NEEDS, max_size=12))
def test_all_that_is_needed_is_allowed_in_documents_that_fit(needs: list[Need]) -> None:
    documents = deployer_policies(needs, [])
    assert allowed(documents) >= {(action, arn) for need in needs for action in need.actions for arn in need.arns}
    assert all(len(json.dumps(document, separators=(",", ":"))) <= LONGEST for document in documents)


def test_nothing_else_is_allowed() -> None:
    bucket = Need(("s3:GetObject", "kms:Decrypt"), ("arn:aws:s3:::a", "arn:aws:kms:*:*:key/*"))
    topic = Need(("sns:Publish", "sns:Unsubscribe"), ("arn:aws:sns:*:*:t",), frozenset({"sns:Unsubscribe"}))
    assert allowed(deployer_policies([bucket, bucket, topic], [])) == {
        ("s3:GetObject", "arn:aws:s3:::a"),
        ("kms:Decrypt", "arn:aws:kms:*:*:key/*"),
        ("sns:Publish", "arn:aws:sns:*:*:t"),
        ("sns:Unsubscribe", "*"),
    }


def test_a_role_is_handed_only_to_the_service_that_it_is_for() -> None:
    need = Need(("iam:PassRole",), (), passes_roles_to="eks.amazonaws.com")
    [statement] = deployer_policies([need], [ROLE])[0]["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["iam:PassRole"], [ROLE])
    assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": ["eks.amazonaws.com"]}}


def test_under_a_boundary_a_deployer_makes_no_role_without_it_and_attaches_listed_policies_only() -> None:
    verbs = ("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "PutRolePolicy")
    need = Need(tuple(f"iam:{verb}" for verb in verbs), (ROLE,))
    within = {"iam:PermissionsBoundary": ["arn:aws:iam::1:policy/bound"]}
    (document,) = deployer_policies([need], [], Bound("arn:aws:iam::1:policy/bound", ("arn:aws:iam::1:policy/own",)))
    assert [(each["Action"], each.get("Condition")) for each in document["Statement"]] == [
        (["iam:DeleteRole"], None),
        (["iam:CreateRole", "iam:PutRolePolicy"], {"StringEquals": within}),
        (
            ["iam:AttachRolePolicy"],
            {"StringEquals": within, "ArnLike": {"iam:PolicyARN": ["arn:aws:iam::1:policy/own"]}},
        ),
    ]


def test_more_policies_than_a_role_may_have_are_refused() -> None:
    many = [Need((f"s3:A{number}",), (f"arn:aws:s3:::{'x' * 2000}{number}",)) for number in range(40)]
    with pytest.raises(SixfoldError, match="20 managed policies, and a role has 10 at most"):
        deployer_policies(many, [])


def test_what_is_allowed_everywhere_only_reads_or_has_no_name_yet() -> None:
    changes = {action for action in UNNARROWABLE if not action.split(":")[1].startswith(("Describe", "Get", "List"))}
    assert changes == {"eks:CreateCluster", "kms:CreateKey", "sns:Unsubscribe"}
