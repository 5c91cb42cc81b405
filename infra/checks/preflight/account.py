"""Preflight's questions to an AWS account. Nothing here changes anything."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from infra.checks.preflight.plan import QUOTAS, Usage
from pulumi_sixfold.aws.failure import code_of

Clients = Callable[[str], Any]
"""service → its boto3 client"""


class Caller(NamedTuple):
    """Whose the credentials are."""

    account: str
    arn: str


def caller(clients: Clients) -> Caller:
    """Return whose the credentials are."""
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
    for kind in sorted(QUOTAS.keys() & set(kinds)):
        limit = _limit(clients, kind)
        if limit is not None:
            found[kind] = Usage(limit, _USED[kind](clients))
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


def _limit(clients: Clients, kind: str) -> float | None:
    quota = QUOTAS[kind]
    try:
        found = clients("service-quotas").get_service_quota(ServiceCode=quota.service, QuotaCode=quota.code)
    except ClientError as error:
        if code_of(error) == "NoSuchResourceException":
            return None
        raise
    return float(found["Quota"]["Value"])


def _count(service: str, operation: str, key: str) -> Callable[[Clients], int]:
    def count(clients: Clients) -> int:
        return sum(len(page[key]) for page in clients(service).get_paginator(operation).paginate())

    return count


_USED: Mapping[str, Callable[[Clients], int]] = {
    "sixfold:ec2:Vpc": _count("ec2", "describe_vpcs", "Vpcs"),
    "sixfold:ec2:InternetGateway": _count("ec2", "describe_internet_gateways", "InternetGateways"),
    "sixfold:ec2:NatGateway": lambda clients: len(clients("ec2").describe_addresses()["Addresses"]),
    "sixfold:eks:Cluster": _count("eks", "list_clusters", "clusters"),
    "sixfold:s3:Bucket": lambda clients: len(clients("s3").list_buckets()["Buckets"]),
}
