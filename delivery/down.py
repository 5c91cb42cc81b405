"""`sixfold down`: deletes everything that a stack created, also after an interrupted run."""

import json
import shutil
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from delivery.lifecycle import remove_features
from delivery.live_stack import LiveStack
from infra.checks.state import Held
from infra.plans.names import kept_aws
from pulumi_sixfold.local.process import ProcessHandler
from pulumi_sixfold.local.supervisor import Supervisor
from sixfold.errors import SixfoldError


def down(stack: LiveStack) -> list[Held]:
    """Delete a stack's resources, and return those that its state held before.

    Raises:
        SixfoldError: the online tables cannot be deleted, or the engine stopped; the same again goes on from there.

    """
    stack.engine.select()
    local = stack.settings().local is not None  # its AWS is a process of the stack: its tables end with its files
    if not local:
        _remove_features(stack)
    held = stack.engine.held()
    stack.engine.destroy()
    if local:
        held += _end_strays(stack.project.home, stack.name)
        shutil.rmtree(kept_aws(stack.project.home, stack.name), ignore_errors=True)
    return held


def _end_strays(home: Path, name: str) -> list[Held]:
    """End processes of the stack that its state does not have: where it was lost, an `up` may adopt only some."""
    supervisor, ended = Supervisor(home), []
    for spec in sorted(supervisor.conf.glob("*.json")):
        urn = str(json.loads(spec.read_text())["urn"])
        if urn.startswith(f"urn:pulumi:{name}::"):
            supervisor.remove(spec.stem)
            shutil.rmtree(supervisor.run / spec.stem, ignore_errors=True)
            ended.append(Held(ProcessHandler.facts.token, str(supervisor.run / spec.stem), urn))
    return ended


def _remove_features(stack: LiveStack) -> None:
    try:
        stack.connect()
    except SixfoldError:
        return  # an `up` that never finished left no outputs, and no online tables: those come after it
    products = [stack.project.product(served.name) for served in stack.outputs.products]
    try:
        remove_features(stack.platform, products)
    except (BotoCoreError, ClientError) as error:
        raise SixfoldError(
            f"the online feature tables of the stack {stack.name!r} cannot be deleted: {error}",
            remedy="see that AWS can be reached with rights to delete them, and run `sixfold down` again",
        ) from error
