"""VPC endpoints: a way to AWS for whoever stands in the network, with whatever credentials.

How an endpoint's policy narrows it: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

import re
from collections.abc import Callable, Iterable, Mapping

from infra.policies.documents import Statement, allowing, name_of
from infra.policies.rule import Props, Rule, Source
from infra.policies.values import UNKNOWN, get, items

# Of a service that somebody else offers (https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html):
# it takes no policy.
_OFFERED = re.compile(r"com\.amazonaws\.vpce\.")
_EQUALS = ("StringEquals", "StringLike")
# No wildcard, and no variable: ${aws:PrincipalAccount} is the account of whoever brings its credentials.
_NAMED = {"aws:resourceaccount": re.compile(r"[0-9]{12}"), "aws:resourceorgid": re.compile(r"o-[a-z0-9]{10,32}")}
_READING = ("s3:GetObject", "s3:GetObjectVersion")
_OF_A_BUCKET = re.compile(r"arn:[a-z-]+:s3:::[a-z0-9.-]+/.*")


def _leads_out(props: Props) -> Iterable[str]:
    document, service = get(props, "policy"), get(props, "service")
    if UNKNOWN in (document, service) or _OFFERED.match(str(service)):
        return
    if document is None:
        yield "it has no policy, and leads everybody to every account"
    for statement in allowing(document):
        if not _is_kept_inside(statement) and not _reads_named_buckets(statement):
            yield f"{name_of(statement)} of the policy leads to resources of any account"


def _is_kept_inside(statement: Statement) -> bool:
    """Return whether a condition names the accounts or the organisation of the resources."""
    condition = get(statement, "Condition")
    if condition is UNKNOWN:
        return True
    tested = [tests for operator, tests in (condition or {}).items() if operator in _EQUALS]
    return UNKNOWN in tested or any(
        _names(key, value) for tests in tested if isinstance(tests, Mapping) for key, value in tests.items()
    )


def _names(key: str, value: object) -> bool:
    pattern = _NAMED.get(key.lower())
    return pattern is not None and _all(value, pattern.fullmatch)


def _reads_named_buckets(statement: Statement) -> bool:
    """Return whether a statement lets callers read from buckets whose names are whole: nothing is written by that."""
    actions, resources = get(statement, "Action"), get(statement, "Resource")
    return _all(actions, _READING.__contains__) and _all(resources, _OF_A_BUCKET.fullmatch)


def _all(value: object, test: Callable[[str], object]) -> bool:
    """Return whether a value has parts, and each is a text that passes the test, or not known yet."""
    parts = items(value)
    known = (part for part in parts if part is not UNKNOWN)
    return value is UNKNOWN or (bool(parts) and all(isinstance(part, str) and test(part) for part in known))


RULES = (
    Rule(
        "Endpoint.1",
        "A VPC endpoint leads to resources of named accounts",
        ("sixfold:ec2:VpcEndpoint",),
        _leads_out,
        "give it a policy whose statements test aws:ResourceAccount or aws:ResourceOrgID by StringEquals",
        Source.SIXFOLD,
    ),
)
