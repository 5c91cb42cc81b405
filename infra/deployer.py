"""The rights that a stack's deployer needs, found by running the program without an engine and without AWS."""

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


def policies(stack: str, settings: Settings, *, root: Path, home: Path) -> list[Document]:
    """Return the policy documents of whoever makes, changes and removes a stack.

    Raises:
        SixfoldError: it takes more documents than a role may have.

    """
    planned = [each for each in record(stack, settings, root=root, home=home) if each.type in _AWS]
    arns = {each.urn: _arns(each, settings) for each in planned}
    needs = [
        Need(_AWS[each.type].iam_actions, tuple(arns[each.urn]), _AWS[each.type].passes_roles_to) for each in planned
    ]
    return deployer_policies(needs, {arns[each.urn][0] for each in planned if each.type == RoleHandler.token})


def _arns(each: Planned, settings: Settings) -> list[str]:
    name = each.urn.rsplit("::", 1)[-1]
    account = settings.account or ANY_ACCOUNT
    return arn_patterns(_AWS[each.type], name, each.inputs, region=settings.region, account=account)
