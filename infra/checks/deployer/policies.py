"""The rights that a stack's deployer needs, found by running the program without an engine and without AWS."""

from collections.abc import Sequence
from pathlib import Path

from infra.checks.deployer.plan import Need, deployer_policies
from infra.checks.recording import ANY_ACCOUNT, Planned, record
from infra.plans.aws.iam import Document
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.arns import arn_patterns
from sixfold.stack import Settings

_AWS = {handler.token: handler for handler in HANDLERS if issubclass(handler, AwsHandler)}


PREFLIGHT = (
    "ec2:DescribeRegions",
    "eks:ListClusters",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "s3:ListAllMyBuckets",
    "servicequotas:GetServiceQuota",
)
"""What `sixfold preflight` asks; the two of IAM about the role in which it asks."""

LEAKS = (
    "budgets:ListTagsForResource",
    "budgets:ViewBudget",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNatGateways",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "glue:GetDatabases",
    "glue:GetTables",
    "iam:GetInstanceProfile",
    "iam:GetOpenIDConnectProvider",
    "iam:GetPolicy",
    "iam:GetRole",
    "iam:ListInstanceProfiles",
    "iam:ListOpenIDConnectProviders",
    "iam:ListPolicies",
    "iam:ListRoles",
    "tag:GetResources",
)
"""What `sixfold leaks` asks of an account: each of a kind is looked at, whoever made it."""


def policies(stack: str, settings: Settings, *, root: Path, home: Path) -> list[Document]:
    """Return the policy documents of whoever makes, changes and removes a stack.

    Raises:
        SixfoldError: it takes more documents than a role may have.

    """
    return rights(record(stack, settings, root=root, home=home), settings)


def rights(planned: Sequence[Planned], settings: Settings) -> list[Document]:
    """Return the same for what a stack is planned to be.

    Raises:
        SixfoldError: as above.

    """
    account = settings.account or ANY_ACCOUNT
    arns = {each.urn: _arns(each, settings.region, account) for each in planned if each.type in _AWS}
    types = {each.urn: _AWS[each.type] for each in planned if each.urn in arns}
    needs = [Need(types[urn].iam_actions, tuple(found), types[urn].passes_roles_to) for urn, found in arns.items()]
    roles = {found[0] for urn, found in arns.items() if types[urn] is RoleHandler}
    asked = (f"arn:aws:iam::{account}:role/*", f"arn:aws:servicequotas:{settings.region}:{account}:*")
    return deployer_policies([*needs, Need(PREFLIGHT, asked), Need(LEAKS, _looked_at(settings.region, account))], roles)


def _looked_at(region: str, account: str) -> tuple[str, ...]:
    """Return all of the kinds that the leak check lists and AWS narrows by ARN."""
    glue = (f"arn:aws:glue:{region}:{account}:{kind}" for kind in ("catalog", "database/*", "table/*"))
    kinds = ("instance-profile", "oidc-provider", "policy", "role")
    iam = (f"arn:aws:iam::{account}:{kind}/*" for kind in kinds)
    return (f"arn:aws:budgets::{account}:budget/*", *glue, *iam)


def _arns(each: Planned, region: str, account: str) -> list[str]:
    name = each.urn.rsplit("::", 1)[-1]
    return arn_patterns(_AWS[each.type], name, each.inputs, region=region, account=account)
