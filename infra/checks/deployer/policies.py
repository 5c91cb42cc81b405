"""The rights that a stack's deployer needs, found by running the program without an engine and without AWS."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.checks.deployer.plan import Bound, Need, deployer_policies
from infra.checks.recording import ANY_ACCOUNT, Planned, record
from infra.plans.aws.statements import Document
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.aws.iam_policy import PolicyHandler
from pulumi_sixfold.aws.lookups import LOOKUPS
from pulumi_sixfold.aws.secretsmanager import SecretHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.arns import arn_patterns
from sixfold.stack import Settings

_AWS = {handler.facts.token: handler for handler in HANDLERS if issubclass(handler, AwsHandler)}


PREFLIGHT = (
    "ec2:DescribeRegions",
    "eks:ListClusters",
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "s3:ListAllMyBuckets",
    "servicequotas:GetServiceQuota",
)
"""The actions that `sixfold preflight` calls; the two of IAM are on its own role."""

LEAKS = ("tag:GetResources", *sorted({action for kind in _AWS.values() for action in kind.facts.lists_with}))
"""Actions of `sixfold leaks`: each kind is listed whole, whoever made the resources."""

UNNARROWABLE = frozenset({"ec2:DescribeRegions", "eks:ListClusters", "s3:ListAllMyBuckets", "tag:GetResources"}).union(
    *(kind.facts.unnarrowable for kind in _AWS.values()), *(found.unnarrowable for found in LOOKUPS.values())
)
"""Actions that AWS allows on everything or not at all (https://docs.aws.amazon.com/service-authorization/)."""


_OPEN = frozenset({"secretsmanager:GetSecretValue", "kms:Decrypt"})


def policies(stack: str, settings: Settings, *, root: Path, home: Path, read_only: bool = False) -> list[Document]:
    """Return the policy documents of a stack's deployer: the rights to create, change and delete it.

    With `read_only` they are those of a role that plans it and looks for drift: to read each of its resources, and
    nothing that the platform keeps in them.

    Raises:
        SixfoldError: it takes more documents than a role may have.

    """
    return rights(record(stack, settings, root=root, home=home), settings, read_only=read_only)


def rights(planned: Sequence[Planned], settings: Settings, *, read_only: bool = False) -> list[Document]:
    """Return the policy documents for planned resources.

    Raises:
        SixfoldError: as above.

    """
    account = settings.account or ANY_ACCOUNT
    arns = {each.urn: _arns(each, settings.region, account) for each in planned if each.type in _AWS}
    types = {each.urn: _AWS[each.type] for each in planned if each.urn in arns}
    if read_only:
        reads = ((_reading(each), tuple(arns[each.urn]), types[each.urn].facts) for each in planned if each.urn in arns)
        return deployer_policies((Need(may, on, facts.unnarrowable) for may, on, facts in reads), ())
    needs = [
        Need(facts.actions, tuple(found), facts.unnarrowable, facts.passes_roles_to)
        for facts, found in ((types[urn].facts, found) for urn, found in arns.items())
    ]
    roles = {found[0] for urn, found in arns.items() if types[urn] is RoleHandler}
    asked = (f"arn:aws:iam::{account}:role/*", f"arn:aws:servicequotas:{settings.region}:{account}:*")
    checks = (Need(PREFLIGHT, asked, UNNARROWABLE), Need(LEAKS, _listed(settings.region, account), UNNARROWABLE))
    return deployer_policies([*needs, *checks], roles, _bound(planned, arns, settings))


def _reading(each: Planned) -> tuple[str, ...]:
    """Return the actions that read a resource; a value is read only where the program writes it."""
    kind = _AWS[each.type]
    unread = _OPEN if kind is SecretHandler and each.inputs.get("value") is None else frozenset()
    return tuple(action for action in kind.facts.reading if action not in unread)


def _bound(planned: Sequence[Planned], arns: Mapping[str, list[str]], settings: Settings) -> Bound | None:
    """Return the boundary of the stack's roles, and the policies attached to them: its own, and AWS's."""
    if settings.permissions_boundary is None:
        return None
    own = {arns[each.urn][0] for each in planned if _AWS.get(each.type) is PolicyHandler}
    attached = (arn for each in planned for arn in each.inputs.get("managed_policy_arns") or ())
    of_aws = {arn for arn in attached if isinstance(arn, str) and ":aws:policy/" in arn}
    return Bound(settings.permissions_boundary, tuple(sorted(own | of_aws)))


def _listed(region: str, account: str) -> tuple[str, ...]:
    """Return the ARNs for those list actions of the leak check that AWS narrows by ARN."""
    at = f"{region}:{account}"
    return tuple(sorted({arn.format(at=at, account=account) for kind in _AWS.values() for arn in kind.facts.lists_on}))


def _arns(each: Planned, region: str, account: str) -> list[str]:
    name = each.urn.rsplit("::", 1)[-1]
    return arn_patterns(_AWS[each.type], name, each.inputs, region=region, account=account)
