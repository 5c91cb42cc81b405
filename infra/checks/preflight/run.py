"""`sixfold preflight`: everything that would stop an `up` half-way, in one list, before the first change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from infra.checks.deployer.policies import rights
from infra.checks.preflight import account
from infra.checks.preflight import plan as plans
from infra.checks.preflight.account import Clients
from infra.checks.preflight.plan import Plan, Problem
from infra.checks.recording import Planned, record
from infra.checks.state import Held
from pulumi_sixfold.aws.client import aws_client
from pulumi_sixfold.aws.failure import aws_sentence
from sixfold.errors import SixfoldError
from sixfold.stack import Settings


def preflight(
    stack: str, settings: Settings, *, root: Path, home: Path, held: Callable[[], Sequence[Held]]
) -> list[Problem]:
    """Return all problems of a stack; a stack without anything on real AWS has none.

    Args:
        stack: its name.
        settings: those of its stack file.
        root: the project's folder.
        home: the project's folder on this machine, `SIXFOLD_HOME`.
        held: reads the resources in the stack's state; called only where something is planned on real AWS.

    """
    planned = record(stack, settings, root=root, home=home)
    on_aws = [each for each in planned if each.on_aws]
    if not on_aws:
        return []
    role = on_aws[0].provider.get("role_arn")
    clients = partial(aws_client, region=settings.region, endpoint=None, role=role)
    return problems(on_aws, settings, held(), clients)


def problems(planned: Sequence[Planned], settings: Settings, held: Sequence[Held], clients: Clients) -> list[Problem]:
    """Return all problems of a plan; the state holds `held` already.

    A query that the account refuses is a problem too; without valid credentials no other query is possible.
    """
    wanted = plans.plan(
        ((each.type, each.urn.rsplit("::", 1)[-1], each.inputs) for each in planned), [each.type for each in held]
    )
    found = list(plans.address_problems(wanted, {}))
    try:
        who = account.caller(clients)
    except (BotoCoreError, ClientError) as error:
        return [*found, _refusal(error)]
    documents = rights(planned, settings.model_copy(update={"account": who.account}))
    statements = [statement for document in documents for statement in document["Statement"]]
    checks: list[Callable[[], Iterable[Problem]]] = [
        lambda: plans.place_problems(
            account=who.account, meant=settings.account, region=settings.region, regions=account.regions(clients)
        ),
        lambda: plans.permission_problems(who.arn, account.refused(clients, who.arn, statements)),
        lambda: plans.quota_problems(wanted, account.usage(clients, wanted.more)),
        partial(_neighbours, wanted, held, clients),
    ]
    return [*found, *(problem for check in checks for problem in _asked(check))]


def require_none(found: Sequence[Problem], stack: str) -> None:
    """Do nothing where there are no problems.

    Raises:
        SixfoldError: there are; all of them, each with its remedy.

    """
    if found:
        lines = "".join(f"\n  {number}. {each.what}\n     → {each.remedy}" for number, each in enumerate(found, 1))
        raise SixfoldError(
            f"{len(found)} problems would stop an `up` of the stack {stack!r}; nothing was changed:{lines}",
            remedy=f"put them right, and look again: sixfold preflight --stack {stack}",
        )


def _neighbours(wanted: Plan, held: Sequence[Held], clients: Clients) -> Iterator[Problem]:
    ours = {each.id for each in held if each.type == "sixfold:ec2:Vpc"}
    if wanted.networks:
        others = account.networks(clients, ours)
        yield from plans.address_problems(Plan({}, wanted.networks, {}), others)


def _asked(check: Callable[[], Iterable[Problem]]) -> list[Problem]:
    try:
        return list(check())
    except (BotoCoreError, ClientError) as error:
        return [_refusal(error)]


def _refusal(error: BotoCoreError | ClientError) -> Problem:
    what, _, remedy = aws_sentence(error).partition("\n  → ")
    return Problem(what, remedy)
