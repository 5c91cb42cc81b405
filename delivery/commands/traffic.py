"""Commands about the releases that answer: rollout, rollback, their ledger, and the past sent through them."""

import json
import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal, console, finish, write
from delivery.commands.context import (
    AnyVersion,
    AsJson,
    DigestArgument,
    DryRun,
    ProductName,
    StackName,
    VersionArgument,
    Yes,
    connect,
    contract_of,
    moment,
    newest,
    traffic_of,
)

if TYPE_CHECKING:
    from delivery.rollout.decision import Judgement
    from sixfold.registry.ledger import Versions

commands = typer.Typer()
_GOES_ON = 3


@commands.command()
def rollout(
    product: ProductName,
    version: VersionArgument,
    digest: DigestArgument,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge again and again, until it is all live, or back.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 30,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Move the traffic to a release in steps of 0, 5, 25 and 100%, on evidence; each call evaluates once.

    With --json each evaluation is a line. Exit code 1: it was rolled back; 3: it goes on, with the same command.
    """
    from delivery.rollout.prometheus import of_stack
    from delivery.rollout.step import step

    contract = contract_of(product, version)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    live = traffic.stack
    full = traffic.registry.resolve(product, digest)
    while True:
        prometheus = of_stack(stack, live.settings(), live.outputs.endpoints)
        judgement = step(traffic, prometheus, contract, version, full)
        now = traffic.now(product)
        finished = len(now[version]) == 1
        _show(judgement, now, finished=finished, as_json=as_json)
        if finished or not watch:
            break
        time.sleep(every)
    if not as_json and finished:
        console.print(f"Next: commit {live.file.name}; `sixfold ledger {product}` shows the numbers")
    elif not as_json:
        console.print(f"Next: the same command again, when more is known; `sixfold ledger {product}` shows the numbers")
    if not finished:
        raise typer.Exit(_GOES_ON)
    if now[version][0].release != full:
        raise typer.Exit(1)


def _show(judgement: "Judgement", now: "Versions", *, finished: bool, as_json: bool) -> None:
    """Print one evaluation of a rollout, and the releases that answer since."""
    from delivery.served import describe

    if as_json:
        numbers = json.loads(judgement.numbers.model_dump_json(exclude_none=True))
        live = {version: [pin.model_dump() for pin in pins] for version, pins in now.items()}
        line = {"verdict": judgement.verdict, "reason": judgement.reason, "numbers": numbers}
        write(json.dumps({**line, "live": live, "finished": finished}) + "\n")
        return
    console.print(f"[bold]{judgement.verdict}[/]: {judgement.reason}")
    if not finished:
        console.print(f"  {describe(now)}")


@commands.command()
def rollback(
    product: ProductName,
    *,
    to: Annotated[
        datetime | None,
        typer.Option(parser=moment, metavar="MOMENT", help="What was live then; without it, what was live before."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Bring back releases, weights and feature definitions of an earlier moment, in one `up`.

    It shows where it goes to, and asks. Again, it goes back further.
    """
    from delivery.served import describe
    from delivery.traffic import me

    if as_json and not (yes or dry_run):
        raise typer.BadParameter("it asks no question: add --yes", param_hint="--json")
    contract = contract_of(product)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    wanted = traffic.before(contract, to)
    if not as_json:
        console.print(f"now   {describe(traffic.now(product))}")
        console.print(f"then  {describe(wanted.versions)}: entry {wanted.number}, {wanted.at:%Y-%m-%d %H:%M:%S} UTC")
    if dry_run:
        back_to = json.loads(wanted.model_dump_json(exclude_none=True))
        finish({"would_go_back_to": back_to}, "Nothing was changed", as_json=as_json)
        return
    if not yes:
        typer.confirm(f"Go back, on the stack {stack}?", abort=True)
    entry = traffic.roll_back(contract, me(), wanted)
    document = json.loads(entry.model_dump_json(exclude_none=True))
    text = f"Next: `sixfold ledger {product}`, and commit {traffic.stack.file.name}"
    finish({"back_to": document}, text, as_json=as_json)


@commands.command()
def withdraw(
    product: ProductName,
    digest: DigestArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why it must never answer again; kept in the ledger.")],
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Close a release for good: release, rollout, rollback and up of the stack refuse it from then on."""
    from delivery.traffic import me
    from sixfold.registry.ledger import Decision

    contract_of(product)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    full = traffic.registry.resolve(product, digest)
    entry = traffic.withdraw(product, full, Decision(by=me(), verdict="withdraw", reason=reason))
    document = {"product": product, "digest": full, "ledger": json.loads(entry.model_dump_json(exclude_none=True))}
    finish(document, f"Next: `sixfold ledger {product}`; withdraw it on the other stacks that have it", as_json=as_json)


@commands.command()
def ledger(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Show the ledger: the releases that were live, when, by whose decision, and on which numbers."""
    from delivery.commands.tables import ledger_lines

    entries = traffic_of(stack, Terminal(for_program=as_json)).ledger.entries(product)
    if not entries:
        contract_of(product)  # a product that was removed has a ledger and no contract
    if as_json:
        write("".join(entry.model_dump_json(exclude_none=True) + "\n" for entry in entries))
    else:
        console.print(*ledger_lines(entries), sep="\n")
        console.print(f"Next: `sixfold rollback {product}` brings back what was live before")


@commands.command()
def replay(
    since: Annotated[
        datetime, typer.Option("--from", parser=moment, metavar="MOMENT", help="The time of the first prediction.")
    ],
    until: Annotated[
        datetime, typer.Option("--to", parser=moment, metavar="MOMENT", help="The last prediction is made before it.")
    ],
    product: ProductName,
    version: AnyVersion = None,
    *,
    speed: Annotated[float, typer.Option(min=1, help="Seconds of the past in one second, at most.")] = 10_000,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Send past requests through the live endpoint; Ctrl-C stops it, and the same command continues.

    Exit code 1: some were not answered. Exit code 130: it was stopped.
    """
    from delivery.replay import Span, resumable

    contract = contract_of(product, version)
    live = connect(stack, terminal := Terminal(for_program=as_json))
    version = version or newest(live, contract)
    span = Span(product=product, version=version, since=since, until=until)
    reached, finished = resumable(live.outputs, contract, span, speed, live.project.home / "replay.json", terminal)
    document = {"product": product, "reached": reached.at.isoformat(), "finished": finished}
    text = f"Next: `sixfold status`, or the dashboard of {product}"
    finish({**document, "answered": reached.answered, "failed": reached.failed}, text, as_json=as_json)
    if not finished:
        raise typer.Exit(130)
    if reached.failed:
        raise typer.Exit(1)


@commands.command()
def demo(stack: StackName = "local") -> None:
    """Show a good release go live, and a broken one caught and taken back, on real flights and their late labels."""
    from delivery.commands.tables import ledger_lines, looks_table
    from delivery.demo import PRODUCT, picture, require_outcomes, run
    from delivery.rollout.prometheus import of_stack

    traffic = traffic_of(stack, terminal := Terminal())
    live = traffic.stack
    prometheus = of_stack(stack, live.settings(), live.outputs.endpoints)
    looks = run(traffic, prometheus, live.project.product(PRODUCT))
    console.print(looks_table(looks), *ledger_lines(traffic.ledger.entries(PRODUCT)), terminal.times(), sep="\n")
    console.print(f"drawn: {picture(live.project.home)}")
    require_outcomes(looks)
