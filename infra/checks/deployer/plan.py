"""Rights of the deployer of a stack: IAM policy documents, from the resources of the stack.

Names are known before an `up` but for their hash, so that most actions are narrowed to the names of the stack. What AWS
itself names (networks, keys) is narrowed to its kind, the region and the account.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from infra.plans.aws.statements import Document
from sixfold.errors import SixfoldError

LONGEST = 6144
"""Characters of a managed policy, without white space: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

MOST = 10
"""Managed policies that a role may have, before a higher quota is asked for; from the same page."""

_HAND_OVER = "iam:PassRole"
_UNBINDS = "iam:DeleteRolePermissionsBoundary"
# Condition keys: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
_ATTACHES = frozenset({"iam:AttachRolePolicy", "iam:DetachRolePolicy"})
_BOUNDED = frozenset(
    {"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"} | _ATTACHES
)


class Need(NamedTuple):
    """Rights that one resource needs.

    Attributes:
        actions: the IAM actions.
        arns: the ARNs that they are on.
        unnarrowable: those of the actions that AWS allows on everything or not at all.
        passes_roles_to: the AWS service that the resource passes a role to; empty: none.

    """

    actions: tuple[str, ...]
    arns: tuple[str, ...]
    unnarrowable: frozenset[str] = frozenset()
    passes_roles_to: str = ""


class Bound(NamedTuple):
    """The boundary of every role that the deployer makes, and the policies that it may attach to them; both ARNs."""

    boundary: str
    attachable: tuple[str, ...]


def deployer_policies(needs: Iterable[Need], roles: Iterable[str], bound: Bound | None = None) -> list[Document]:
    """Return the documents of a role that may do what resources need, each small enough for a managed policy.

    Args:
        needs: those of all resources of a stack.
        roles: ARNs of the roles that its resources may be given.
        bound: what holds for the roles that it makes; without it, it could give a role any rights, and use them.

    Raises:
        SixfoldError: it takes more policies than a role may have.

    """
    stated = _statements(list(needs), sorted(roles))
    documents = list(_packed(each for one in stated for each in (_bounded(one, bound) if bound else [one])))
    if len(documents) > MOST:
        raise SixfoldError(
            f"the stack needs {len(documents)} managed policies, and a role has {MOST} at most",
            remedy="split the stack, or ask AWS for a higher quota and attach them by hand",
        )
    return documents


def _statements(needs: list[Need], roles: list[str]) -> Iterator[dict[str, Any]]:
    """Yield the statements, in an order that does not change: actions on the same ARNs are together."""
    arns_of: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for need in needs:
        for service in {action.split(":")[0] for action in need.actions}:
            mine = {each for each in need.actions if each.startswith(f"{service}:")} - need.unnarrowable - {_HAND_OVER}
            if mine:
                arns_of[tuple(sorted(mine))] |= {arn for arn in need.arns if arn.split(":")[2] == service}
    actions_on: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for actions, arns in arns_of.items():
        actions_on[tuple(sorted(arns))] |= set(actions)
    if everywhere := {action for need in needs for action in need.unnarrowable.intersection(need.actions)}:
        yield _allow(everywhere, ["*"])
    for where, may in sorted(actions_on.items()):
        yield _allow(may, list(where))
    if services := sorted({need.passes_roles_to for need in needs} - {""}):
        yield {**_allow({_HAND_OVER}, roles), "Condition": {"StringEquals": {"iam:PassedToService": services}}}


def _bounded(statement: dict[str, Any], bound: Bound) -> Iterator[dict[str, Any]]:
    """Yield a statement as it holds under a boundary: no role without it, none that loses it, and listed policies."""
    may = set(statement["Action"]) - {_UNBINDS}
    within = {"StringEquals": {"iam:PermissionsBoundary": [bound.boundary]}}
    listed = {**within, "ArnLike": {"iam:PolicyARN": list(bound.attachable)}}
    if free := may - _BOUNDED:
        yield {**statement, "Action": sorted(free)}
    for actions, condition in ((_BOUNDED - _ATTACHES, within), (_ATTACHES, listed)):
        if mine := may & actions:
            yield {**_allow(mine, statement["Resource"]), "Condition": condition}


def _allow(actions: Iterable[str], arns: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": arns}


def _packed(statements: Iterable[dict[str, Any]]) -> Iterator[Document]:
    """Yield documents that are as full as they can be; a statement that alone is too long is halved."""
    kept: list[dict[str, Any]] = []
    waiting = list(statements)
    while waiting:
        following = waiting.pop(0)
        if _length([*kept, following]) <= LONGEST:
            kept.append(following)
        elif kept:
            yield _document(kept)
            kept, waiting = [], [following, *waiting]
        else:
            waiting = [*_halves(following), *waiting]
    if kept:
        yield _document(kept)


def _halves(statement: dict[str, Any]) -> list[dict[str, Any]]:
    longer = max("Resource", "Action", key=lambda part: len(statement[part]))
    whole = statement[longer]
    return [{**statement, longer: part} for part in (whole[: len(whole) // 2], whole[len(whole) // 2 :])]


def _length(statements: list[dict[str, Any]]) -> int:
    return len(json.dumps(_document(statements), separators=(",", ":")))


def _document(statements: list[dict[str, Any]]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
