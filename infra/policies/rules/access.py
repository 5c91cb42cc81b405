"""IAM policies and roles, KMS keys, and who may use what.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html and kms-controls.html
"""

from collections.abc import Callable, Iterable

from infra.policies.documents import (
    Statement,
    allowing,
    documents_of,
    for_everyone,
    grants,
    is_every_action,
    is_every_key,
    is_everything,
    is_whole_service,
    name_of,
)
from infra.policies.rule import Check, Props, Rule, Source, is_on
from infra.policies.values import get, texts

_POLICY = ("sixfold:iam:Policy",)
_ROLE = ("sixfold:iam:Role",)
_KEY = ("sixfold:kms:Key",)
_DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")


def _no_statement(wrong: Callable[[Statement], bool], what: str) -> Check:
    def check(props: Props) -> Iterable[str]:
        for where, document in documents_of(props).items():
            for statement in allowing(document):
                if wrong(statement):
                    yield f"{name_of(statement)} of {where} {what}"

    return check


def _is_admin(statement: Statement) -> bool:
    everywhere = "NotResource" in statement or any(map(is_everything, texts(statement.get("Resource"))))
    return everywhere and any(map(is_every_action, texts(statement.get("Action"))))


def _has_whole_service(statement: Statement) -> bool:
    actions = texts(statement.get("Action"))
    every = any(map(is_every_action, actions)) and not _is_admin(statement)  # on everything: IAM.1's business
    return every or "NotAction" in statement or any(map(is_whole_service, actions))


def _decrypts_with_every_key(statement: Statement) -> bool:
    # All actions of all services are IAM.1's business.
    actions = [action for action in texts(statement.get("Action")) if not is_every_action(action)]
    every_key = "NotResource" in statement or any(map(is_every_key, texts(statement.get("Resource"))))
    return every_key and grants({"Action": actions}, _DECRYPT)


def _is_rotated(props: Props) -> Iterable[str]:
    if get(props, "usage") != "sign":  # AWS rotates no pair
        yield from is_on("rotation")(props)


RULES = (
    Rule(
        "IAM.1",
        "No policy makes an administrator",
        (*_POLICY, *_ROLE),
        _no_statement(_is_admin, "allows every action on everything"),
        "list the actions that the code calls, and the ARNs that it calls them on",
    ),
    Rule(
        "IAM.21",
        "No policy allows a whole service",
        (*_POLICY, *_ROLE),
        _no_statement(_has_whole_service, "allows all actions of a service, or all but a few"),
        "list the actions that the code calls",
    ),
    Rule(
        "KMS.1",
        "No policy decrypts with every key",
        _POLICY,
        _no_statement(_decrypts_with_every_key, "decrypts with every key"),
        "name the keys' ARNs as Resource",
    ),
    Rule(
        "KMS.2",
        "No inline policy decrypts with every key",
        _ROLE,
        _no_statement(_decrypts_with_every_key, "decrypts with every key"),
        "name the keys' ARNs as Resource",
    ),
    Rule(
        "KMS.4",
        "A key gets new material every year",
        _KEY,
        _is_rotated,
        "set rotation=True",
        Source.SECURITY_HUB,
    ),
    Rule(
        "KMS.5",
        "A key is not for everyone",
        _KEY,
        for_everyone,
        "name the principals, or narrow them by kms:CallerAccount",
    ),
    Rule(
        "Access.1",
        "A repository, or a secret, is not for everyone",
        ("sixfold:ecr:Repository", "sixfold:secretsmanager:Secret"),
        for_everyone,
        "name the principals, or narrow them by aws:PrincipalOrgID",
        Source.SIXFOLD,
    ),
)
