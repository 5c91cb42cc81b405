"""A look at a stack: every question that its runtime can be asked, put at once."""

from delivery.health import alerts, cloud, cluster, disk, edge, processes, releases
from delivery.health.finding import Finding, Question, ask
from delivery.live_stack import LiveStack
from delivery.rollout.prometheus import context_of, of_stack
from pulumi_sixfold.local.supervisor import Supervisor
from sixfold.outputs import StackOutputs


def look(stack: LiveStack) -> list[Finding]:
    """Return the findings on a stack that is up, each asked now.

    Raises:
        SixfoldError: the stack has never been up, or its state cannot be read.

    """
    outputs = stack.outputs
    stack.connect()
    return conclude(ask(questions(stack, outputs)))


def conclude(findings: list[Finding]) -> list[Finding]:
    """Add what follows from several findings: a release that is neither on this machine nor in the bucket."""
    gone = {
        area: {each.name for each in findings if each.area == area and not each.well} for area in ("copy", "bucket")
    }
    nowhere = [
        Finding("release", name, well=False, says="exists nowhere: it cannot start again", remedy=_again(name))
        for name in sorted(gone["copy"] & gone["bucket"])
    ]
    return [*nowhere, *findings]


def _again(release: str) -> str:
    product = release.split(maxsplit=1)[0]
    return f"`sixfold publish {product}`, and `sixfold release` what it prints"


def up_command(stack: str, *, local: bool) -> str:
    """Return the command that brings a stack to what its file says."""
    if not local:
        return f"`make deploy STACK={stack}`"
    return "`make up`" if stack == "local" else f"`sixfold up --stack {stack}`"


def questions(stack: LiveStack, outputs: StackOutputs) -> list[Question]:
    """Return the questions to a stack, by its runtime."""
    settings, home = stack.settings(), stack.project.home
    up = up_command(stack.name, local=settings.local is not None)
    reached = [*edge.questions(outputs, up), *alerts.questions(of_stack(stack.name, settings, outputs.endpoints), up)]
    if settings.local is None:
        return [*reached, *cluster.questions(stack.name, context_of(stack.name, settings), up)]
    supervisor, products = Supervisor(home), stack.project.products()
    served = [products[each.name] for each in outputs.products if each.name in products]
    return [
        *reached,
        *processes.questions(supervisor, up),
        *releases.questions(outputs, processes.known(supervisor), products, home, up),
        *cloud.questions(outputs.platform, served, up),
        disk.question(home),
    ]
