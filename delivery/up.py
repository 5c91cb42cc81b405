"""`sixfold up`: from an empty machine, or whatever state it is in, to live predictions."""

import json
import socket

from delivery import lifecycle as model
from delivery import traffic as live
from delivery.commands import status
from delivery.reporter import Stages, console, say
from delivery.workspace import Workspace
from infra.plans.names import service_ports
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision
from sixfold.stack import Pin, read


def up(work: Workspace, *, skip_preflight: bool = False) -> None:
    """Bring the stack up; every stage that has nothing to do says so and costs little.

    Args:
        work: where, and which stack.
        skip_preflight: leave out what is asked of AWS beforehand; docs/how-to/preflight.md says when.

    Raises:
        SixfoldError: a stage failed; what was done before it stays, and the next run goes on from there.

    """
    settings = read(work.stack_file)
    stages = Stages()
    if not (settings.local or skip_preflight):
        with stages.stage("preflight"):
            _require_clear_way(work)
    with stages.stage("infrastructure"):
        work.engine.select()
        if settings.local and work.engine.is_empty():
            _require_free_ports(settings.local.first_port, work.stack_file.name)
        # A refresh first: after a restart of the machine its processes are gone, and what a local AWS held with them.
        work.engine.up("--refresh")
        work.forget()
    with stages.stage("releases"):
        restored = work.registry.restore()
        say(f"{len(restored)} brought back from this machine's copy" if restored else "all there")
        live.catch_up(work)
    for served in work.environment.products:
        with stages.stage(f"{served.name}: data"):
            model.load_data(work, served.name)
        with stages.stage(f"{served.name}: features"):
            model.keep_features(work, served.name)
        for version in served.api_versions:
            if not version.releases:
                with stages.stage(f"{served.name} {version.version}: first release"):
                    _first_release(work, served.name, version.version)
    with stages.stage("a live prediction of each"):
        for served in work.environment.products:
            for version in served.api_versions:
                answer = model.predict(work, served.name, version.version)
                say(f"{version.url}/predict → {json.dumps(answer['prediction'])} by release {answer['release']}")
    console.print(status.products_table(work.environment), status.endpoints_table(work.environment), stages.table())
    console.print(f"Next: open {work.environment.endpoints.portal}, or `sixfold predict`, or `make down`")


def _require_clear_way(work: Workspace) -> None:
    from infra.checks.preflight.run import preflight, require_none  # noqa: PLC0415 - loads the whole program

    stack = work.engine.stack
    found = preflight(stack, read(work.stack_file), root=work.root, home=work.home, held=work.engine.held)
    require_none(found, stack)


def _first_release(work: Workspace, product: str, version: str) -> None:
    model.train(work, product)
    digest = model.publish(work, product)
    say(f"pinning it in {work.stack_file.name}, and applying")
    decision = Decision(by=live.me(), verdict="release", reason="the first release, which passed the gate")
    live.change(work, product, {version: (Pin(release=digest),)}, decision)


def _require_free_ports(first_port: int, stack_file: str) -> None:
    for service, port in service_ports(first_port).items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise SixfoldError(
                    f"port {port}, for the {service}, is taken by another program",
                    remedy=f"end that program, or set another local.first_port in {stack_file}",
                ) from error
