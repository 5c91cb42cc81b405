"""`sixfold leaks`: the resources of a stack that are left in AWS."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from threading import Event
from typing import Any

from infra.checks.leaks.find import Left, leaks, survivors
from infra.checks.recording import PROJECT, record
from infra.checks.state import Held, answers
from infra.stand_in.guard import READY
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.handler import ProviderArgs
from sixfold.errors import SixfoldError
from sixfold.stack import Settings


def left_by(stack: str, settings: Settings, *, root: Path, home: Path, known: Iterable[Held] = ()) -> list[Left]:
    """Return the resources of a stack that exist in AWS.

    Args:
        stack: its name.
        settings: those of its stack file.
        root: the project's folder.
        home: the project's folder on this machine, `SIXFOLD_HOME`.
        known: the state as it was before the stack was destroyed; these are found even where they carry no mark.

    Raises:
        botocore.exceptions.ClientError: AWS refuses to list something; the message names the action.

    """
    planned = record(stack, settings, root=root, home=home)
    clouds = {str(each.provider): each.provider for each in planned if "region" in each.provider}
    found, known = set[Left](), tuple(known)
    for cloud in map(ProviderArgs.model_validate, clouds.values()):
        # A stand-in that has ended took everything with it.
        if not cloud.endpoint or answers(f"{cloud.endpoint}{READY}"):
            handlers = handlers_of(cloud)
            found |= {*leaks(handlers, stack, PROJECT), *survivors(handlers, known)}
    return sorted(found)


def handlers_of(cloud: ProviderArgs) -> Mapping[str, AwsHandler[Any]]:
    """Return a handler for each AWS type, by type."""
    return {kind.facts.token: kind(cloud, Event()) for kind in HANDLERS if issubclass(kind, AwsHandler)}


def require_none(found: list[Left], stack: str) -> None:
    """Do nothing if no resource is left.

    Raises:
        SixfoldError: something is, by type, id and the URN that made it.

    """
    if found:
        lines = "".join(f"\n  {left.type} {left.id}, made as {left.mark}" for left in found)
        raise SixfoldError(
            f"{len(found)} resources of the stack {stack!r} are still there:{lines}",
            remedy="`sixfold up` takes them over and `sixfold down` removes them; or remove them by hand",
        )
