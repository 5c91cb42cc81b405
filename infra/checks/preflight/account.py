"""Preflight's queries to an AWS account. Nothing here changes anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra.checks.preflight.plan import Usage
from pulumi_sixfold.aws.failure import code_of
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.facts import Quota

Clients = Callable[[str], Any]
"""service → its boto3 client"""

_QUOTAS = {handler.facts.token: handler.facts.quota for handler in HANDLERS if handler.facts.quota}


class Caller(NamedTuple):
    """The identity behind the credentials."""

    account: str
    arn: str


def caller(clients: Clients) -> Caller:
    """Return the identity behind the credentials."""
    found = clients("sts").get_caller_identity()
    return Caller(found["Account"], found["Arn"])


def regions(clients: Clients) -> set[str]:
    """Return the regions that the account has enabled."""
    return {each["RegionName"] for each in clients("ec2").describe_regions()["Regions"]}


def refused(clients: Clients, who: str, statements: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the actions of policy statements that IAM would refuse on every ARN of theirs.

    The root user is refused nothing, and IAM does not simulate it.
    """
    if who.endswith(":root"):
        return []
    source = _policy_source(clients, who)
    decided = [each for statement in statements for each in _simulated(clients, source, statement)]
    allowed = {action for action, is_allowed in decided if is_allowed}
    return sorted({action for action, _ in decided} - allowed)


def usage(clients: Clients, kinds: Iterable[str]) -> dict[str, Usage]:
    """Return limit and use of the quota of each type that has one; AWS keeps none of some in some regions."""
    found: dict[str, Usage] = {}
    for kind in sorted(_QUOTAS.keys() & set(kinds)):
        quota = _QUOTAS[kind]
        limit = _limit(clients, quota)
        if limit is not None:
            found[kind] = Usage(quota, limit, _used(clients, quota))
    return found


def networks(clients: Clients, ours: Iterable[str]) -> dict[str, str]:
    """Return the CIDR of each VPC that is not ours, by VPC."""
    pages = clients("ec2").get_paginator("describe_vpcs").paginate()
    known = set(ours)
    return {vpc["VpcId"]: vpc["CidrBlock"] for page in pages for vpc in page["Vpcs"] if vpc["VpcId"] not in known}


def _simulated(clients: Clients, source: str, statement: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield IAM's decision on each action and ARN of a statement, under the first value of its conditions."""
    context = [
        {"ContextKeyName": key, "ContextKeyValues": values[:1], "ContextKeyType": "string"}
        for condition in statement.get("Condition", {}).values()
        for key, values in condition.items()
    ]
    asked = {"ActionNames": statement["Action"], "ResourceArns": statement["Resource"], "ContextEntries": context}
    pages = clients("iam").get_paginator("simulate_principal_policy").paginate(PolicySourceArn=source, **asked)
    for page in pages:
        yield from ((each["EvalActionName"], each["EvalDecision"] == "allowed") for each in page["EvaluationResults"])


def _policy_source(clients: Clients, who: str) -> str:
    """Return the ARN of the role behind a session, since policies belong to the role, or of the user."""
    if ":assumed-role/" not in who:
        return who
    arn: str = clients("iam").get_role(RoleName=who.split("/")[1])["Role"]["Arn"]
    return arn


def _limit(clients: Clients, quota: Quota) -> float | None:
    try:
        found = clients("service-quotas").get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)
    except ClientError as error:
        if code_of(error) == "NoSuchResourceException":
            return None
        raise
    return float(found["Quota"]["Value"])


def _used(clients: Clients, quota: Quota) -> int:
    client = clients(quota.client)
    if client.can_paginate(quota.operation):
        return sum(len(page[quota.key]) for page in client.get_paginator(quota.operation).paginate())
    return len(getattr(client, quota.operation)()[quota.key])
