"""The examination of a stack that needs no output: `sixfold doctor`.

`sixfold status` needs the output of the stack. This looks at the engine's files, the ports and the stack file as well,
and goes on where one of them is broken: a damaged state ends no other question.
"""

from collections.abc import Iterator

import httpx

from delivery.health import disk, engine, ports, processes
from delivery.health.finding import Finding, Question, ask
from delivery.health.look import conclude, questions, up_command
from delivery.live_stack import LiveStack
from delivery.served import pins
from infra.plans.names import service_ports
from pulumi_sixfold.local.supervisor import Supervisor
from sixfold.errors import SixfoldError
from sixfold.outputs import StackOutputs
from sixfold.stack import Settings


def examine(stack: LiveStack) -> list[Finding]:
    """Return all findings on a stack, whatever state it is in."""
    try:
        settings = stack.settings()
    except SixfoldError as error:
        broken = Finding("stack file", stack.file.name, well=False, says=error.what, remedy=error.remedy)
        return [broken, *_machine(stack, None)]
    findings = _machine(stack, settings) if settings.local else []
    try:
        outputs = stack.outputs
        stack.connect()
    except SixfoldError as error:
        up = up_command(stack.name, local=settings.local is not None)
        return [*findings, Finding("stack", stack.name, well=False, says=error.what, remedy=up)]
    asked = conclude(ask(questions(stack, outputs)))
    known = {finding[:2] for finding in asked}
    return [
        *(finding for finding in findings if finding[:2] not in known),
        *_applied(stack, settings, outputs),
        *asked,
    ]


def _machine(stack: LiveStack, settings: Settings | None) -> list[Finding]:
    """Return the findings on one machine that need no output."""
    home, up, supervisor = stack.project.home, up_command(stack.name, local=True), Supervisor(stack.project.home)

    def files() -> Iterator[Finding]:
        if state := stack.engine.state:
            yield engine.judge_state(state, stack.name, runs=bool(processes.known(supervisor)), up=up)
            yield from engine.judge_locks(state, stack.name)

    def taken() -> list[Finding]:
        return ports.findings(_owners(supervisor, settings), up)

    return ask(
        [
            Question("state", stack.name, files, up),
            Question("port", "all", taken, up),
            *processes.questions(supervisor, up),
            disk.question(home),
        ]
    )


def _owners(supervisor: Supervisor, settings: Settings | None) -> dict[int, ports.Owner]:
    """Return the process that each port is for."""
    owners, pids = {}, dict[str, int]()
    for process in processes.known(supervisor):
        pids[process.name] = pid = (supervisor.info(process.program) or {}).get("pid", 0)
        if port := httpx.URL(process.health_url or "").port:
            owners[port] = ports.Owner(process.name, pid)
    if settings and settings.local:
        for name, port in service_ports(settings.local.first_port).items():
            owners.setdefault(port, ports.Owner(name, pids.get(name.removesuffix("-metrics"), 0)))
    return owners


def _applied(stack: LiveStack, settings: Settings, outputs: StackOutputs) -> Iterator[Finding]:
    live = {product.name: pins(outputs, product.name) for product in outputs.products}
    up = up_command(stack.name, local=settings.local is not None)
    yield from engine.judge_applied(settings, live, stack.file, up)
