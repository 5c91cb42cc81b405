"""The rights that a stack's deployer needs, found by running the program without an engine and without AWS."""

from collections.abc import Sequence
from pathlib import Path

from infra.plans.deployer import Need, deployer_policies
from infra.plans.iam import Document
from infra.providers.arns import arn_patterns
from infra.providers.aws.handler import AwsHandler
from infra.providers.aws.iam import RoleHandler
from infra.providers.catalogue import HANDLERS
from infra.recording import ANY_ACCOUNT, Planned, record
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
    return deployer_policies([*needs, Need(PREFLIGHT, asked)], roles)


def _arns(each: Planned, region: str, account: str) -> list[str]:
    name = each.urn.rsplit("::", 1)[-1]
    return arn_patterns(_AWS[each.type], name, each.inputs, region=region, account=account)
