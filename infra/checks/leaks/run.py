"""`sixfold leaks`: what a stack left in AWS."""

from collections.abc import Iterable, Mapping
from threading import Event
from typing import Any

from delivery.commands.status import answers
from delivery.workspace import Workspace
from infra.checks.leaks.find import Left, leaks, survivors
from infra.checks.recording import PROJECT, record
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.handler import ProviderArgs
from sixfold.errors import SixfoldError
from sixfold.stack import read

Known = tuple[str, str, str]


def left_by(work: Workspace, known: Iterable[Known] = ()) -> list[Left]:
    """Return what is there of a stack.

    Args:
        work: where.
        known: what its state held before it was destroyed, as type, id and URN; found even where it has no marks.

    Raises:
        botocore.exceptions.ClientError: AWS refuses to list something; the message names the action.

    """
    planned = record(work.engine.stack, read(work.stack_file), root=work.root, home=work.home)
    clouds = {str(each.provider): each.provider for each in planned if "region" in each.provider}
    found: set[Left] = set()
    for cloud in map(ProviderArgs.model_validate, clouds.values()):
        # A stand-in that has ended took everything with it.
        if not cloud.endpoint or answers(f"{cloud.endpoint}/moto-api/"):
            handlers = handlers_of(cloud)
            found |= {*leaks(handlers, work.engine.stack, PROJECT), *survivors(handlers, known)}
    return sorted(found)


def handlers_of(cloud: ProviderArgs) -> Mapping[str, AwsHandler[Any]]:
    """Return a handler for each AWS type, by type."""
    return {kind.token: kind(cloud, Event()) for kind in HANDLERS if issubclass(kind, AwsHandler)}


def require_none(found: list[Left], stack: str) -> None:
    """Do nothing where nothing is left.

    Raises:
        SixfoldError: something is, by type, id and the URN that made it.

    """
    if found:
        lines = "".join(f"\n  {left.type} {left.id}, made as {left.mark}" for left in found)
        raise SixfoldError(
            f"{len(found)} resources of the stack {stack!r} are still there:{lines}",
            remedy="`sixfold up` takes them over and `sixfold down` removes them; or remove them by hand",
        )
