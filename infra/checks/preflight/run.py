"""`sixfold preflight`: everything that would stop an `up` half-way, in one list, before the first change."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from botocore.exceptions import BotoCoreError, ClientError

from delivery.workspace import Workspace
from infra.checks.deployer.policies import rights
from infra.checks.preflight import account
from infra.checks.preflight import plan as plans
from infra.checks.preflight.account import Clients
from infra.checks.preflight.plan import Plan, Problem
from infra.checks.recording import Planned, record
from pulumi_sixfold.aws.failure import aws_sentence
from pulumi_sixfold.aws.handler import aws_client
from sixfold.errors import SixfoldError
from sixfold.stack import Settings, read

Held = Sequence[tuple[str, str, str]]


def preflight(work: Workspace) -> list[Problem]:
    """Return all problems of a stack; of one without anything on real AWS there are none.

    Raises:
        SixfoldError: the stack file is not valid.

    """
    settings = read(work.stack_file)
    planned = record(work.engine.stack, settings, root=work.root, home=work.home)
    on_aws = [each for each in planned if each.on_aws]
    if not on_aws:
        return []
    role = on_aws[0].provider.get("role_arn")
    clients = partial(aws_client, region=settings.region, endpoint=None, role=role)
    return problems(on_aws, settings, work.engine.held(), clients)


def problems(planned: Sequence[Planned], settings: Settings, held: Held, clients: Clients) -> list[Problem]:
    """Return all problems of what is planned; the state holds `held` (type, id, URN) already.

    What the account refuses to tell is a problem too; without valid credentials nothing else can be asked.
    """
    wanted = plans.plan(((each.type, each.urn.rsplit("::", 1)[-1], each.inputs) for each in planned), _types(held))
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


def _neighbours(wanted: Plan, held: Held, clients: Clients) -> Iterator[Problem]:
    ours = {resource_id for kind, resource_id, _ in held if kind == "sixfold:ec2:Vpc"}
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


def _types(held: Held) -> list[str]:
    return [kind for kind, _, _ in held]
