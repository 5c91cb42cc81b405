"""`sixfold up`: from an empty machine, or whatever state it is in, to live predictions."""

import json
import os
import socket
import time
from collections.abc import Callable

from delivery import lifecycle
from delivery.health.processes import problem_of
from delivery.live_stack import LiveStack
from delivery.reporter import Reporter
from delivery.smoke import smoke
from delivery.traffic import Traffic, me
from delivery.usage import look_at_endings
from infra.plans.backend import require_safe_state
from infra.plans.names import address, service_ports
from infra.stand_in.guard import READY
from pulumi_sixfold.local.supervisor import Supervisor
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision, Ledger
from sixfold.release import SHORT
from sixfold.stack import Pin, Settings

_AWS_WITHIN_S, _POLL_S = 30, 0.2


def up(stack: LiveStack, report: Reporter, preflight: Callable[[Settings], None] | None = None) -> None:
    """Bring the stack up; every stage that has nothing to do says so and costs little.

    Args:
        stack: it need not exist yet.
        report: receives stages and progress.
        preflight: raises what AWS would refuse half-way; None leaves it out, docs/how-to/preflight.md says when.

    Raises:
        SixfoldError: a stage failed; what was done before it stays, and the next run goes on from there.

    """
    settings = stack.settings()
    require_safe_state(settings, os.environ, stack.file)
    if preflight and not settings.local:
        with report.stage("preflight"):
            preflight(settings)
    with report.stage("infrastructure"):
        stack.engine.select()
        # Where the state is gone and the supervisor is not, its processes have the ports, and the engine adopts them.
        ours = settings.local is not None and _revive(stack, settings.local.first_port, report)
        new = stack.engine.is_empty()
        if settings.local and new and not ours:
            _require_free_ports(settings.local.first_port, stack.file.name)
        if not settings.local and not new:
            _copy_ledgers(stack, settings)
        if not new:
            look_at_endings(stack, report)
        # A refresh first: it sees what has ended, or was changed by others.
        stack.apply("--refresh")
        stack.connect()
    traffic = Traffic.of(stack, report)
    with report.stage("releases"):
        restored = traffic.registry.restore()
        report.say(f"{len(restored)} brought back from this machine's copy" if restored else "all there")
        traffic.catch_up()
        _require_live_releases(traffic)
    for served in stack.outputs.products:
        product = stack.project.product(served.name)
        with report.stage(f"{served.name}: data"):
            lifecycle.load_data(stack.platform, product, report)
        with report.stage(f"{served.name}: features"):
            traffic.keep_features(product)
        for version in served.api_versions:
            if not version.releases and not version.retired:
                with report.stage(f"{served.name} {version.version}: first release"):
                    _first_release(traffic, product, version.version)
    with report.stage("a live prediction of each"):
        _require_predictions(stack, report)


def _revive(stack: LiveStack, first_port: int, report: Reporter) -> bool:
    """Start the processes of one machine again where all have ended; return whether there are any.

    The refresh waits for the local AWS: one that does not answer counts as empty, and it may be reading its file.
    """
    supervisor = Supervisor(stack.project.home)
    if supervisor.revive():
        report.say("all processes had ended: started again")
    elif not supervisor.answers():
        return False
    supervisor.guard()
    ready = f"{address(service_ports(first_port)['aws'])}{READY}"
    end = time.monotonic() + _AWS_WITHIN_S
    while problem_of(ready) and time.monotonic() < end:
        time.sleep(_POLL_S)
    return True


def _require_live_releases(traffic: Traffic) -> None:
    """Bring the live releases of one machine to both places, its copy and the bucket: a start needs one of them.

    Raises:
        SixfoldError: one answers from memory alone, and could not start again.

    """
    if traffic.stack.settings().local is None:
        return  # pods fetch theirs when they start
    for served in traffic.stack.outputs.products:
        for digest in {pin.release for version in served.api_versions for pin in version.releases}:
            if traffic.registry.find(served.name, digest) is None:
                raise SixfoldError(
                    f"release {digest[:SHORT]} of {served.name} answers, and exists nowhere: it cannot start again",
                    remedy=f"`sixfold publish {served.name}`, and `sixfold release` what it prints",
                )


def _copy_ledgers(stack: LiveStack, settings: Settings) -> None:
    """Copy the ledgers to this machine: the program refuses what they say is withdrawn."""
    stack.connect()
    ledger = Ledger(stack.platform, stack.project.home)
    for product in settings.products:
        ledger.restore(product)


def _require_predictions(stack: LiveStack, report: Reporter) -> None:
    """Request a prediction of every API version; one that fails does not keep the others from being tried."""
    failed: list[SixfoldError] = []
    for served in stack.outputs.products:
        for version in (each for each in served.api_versions if not each.retired):
            try:
                answer = smoke(stack.outputs, stack.project.product(served.name), version.version)
            except SixfoldError as error:
                failed.append(error)
                report.say(error.what, passed=False)
                continue
            prediction, release = json.dumps(answer.document["prediction"]), answer.document["release"]
            report.say(f"{version.url}/predict → {prediction} by release {release}")
            if answer.missing:
                report.say(f"without {', '.join(answer.missing)}: the lake has no value now")
    if failed:
        raise SixfoldError("; ".join(error.what for error in failed), remedy=failed[0].remedy)


def _first_release(traffic: Traffic, product: Product, version: str) -> None:
    stack, report = traffic.stack, traffic.report
    candidate = lifecycle.train(stack.platform, product, stack.project.candidate(product.name), report)
    live = lifecycle.live_bento(stack.outputs, traffic.registry, product.name, report)
    digest = lifecycle.publish(candidate, product, traffic.registry, live, report)
    report.say(f"pinning it in {stack.file.name}, and applying")
    decision = Decision(by=me(), verdict="release", reason="the first release, which passed the gate")
    traffic.change(product.name, {version: (Pin(release=digest),)}, decision)


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
