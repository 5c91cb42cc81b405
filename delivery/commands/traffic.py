"""Commands about the releases that answer: rollout, rollback, their ledger, and the past sent through them."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from delivery.commands.console import Terminal, console, write
from delivery.commands.context import AsJson, ProductName, StackName, VersionName, connect, traffic_of

commands = typer.Typer()


@commands.command()
def rollout(
    product: ProductName,
    version: str,
    digest: str,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge again and again, until it is all live, or back.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 30,
    stack: StackName = "local",
) -> None:
    """Move the traffic to a release in steps of 0, 5, 25 and 100%, on evidence; each call evaluates once."""
    from delivery.rollout.prometheus import of_stack
    from delivery.rollout.step import step
    from delivery.served import describe

    traffic = traffic_of(stack, Terminal())
    live, contract = traffic.stack, traffic.stack.project.product(product)
    full = traffic.registry.resolve(product, digest)
    while True:
        prometheus = of_stack(stack, live.settings(), live.outputs.endpoints)
        judgement = step(traffic, prometheus, contract, version, full)
        console.print(f"[bold]{judgement.verdict}[/]: {judgement.reason}")
        now = traffic.now(product)
        if len(now[version]) == 1:
            break
        console.print(f"  {describe(now)}")
        if not watch:
            console.print(
                f"Next: the same command again, when more is known; `sixfold ledger {product}` shows the numbers"
            )
            return
        time.sleep(every)
    console.print(f"Next: commit {live.file.name}; `sixfold ledger {product}` shows the numbers")
    if now[version][0].release != full:
        raise typer.Exit(1)


@commands.command()
def rollback(
    product: ProductName,
    to: Annotated[
        datetime | None, typer.Option(help="What was live then, in UTC; without it, what was live before.")
    ] = None,
    stack: StackName = "local",
) -> None:
    """Bring back releases, weights and feature definitions of an earlier moment, in one `up`."""
    from delivery.traffic import me

    traffic = traffic_of(stack, Terminal())
    contract = traffic.stack.project.product(product)
    traffic.roll_back(contract, me(), to.replace(tzinfo=UTC) if to else None)
    console.print(f"Next: `sixfold ledger {product}`, and commit {traffic.stack.file.name}")


@commands.command()
def ledger(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Show the ledger: the releases that were live, when, by whose decision, and on which numbers."""
    from delivery.commands.tables import ledger_table

    entries = traffic_of(stack, Terminal()).ledger.entries(product)
    if as_json:
        write("".join(entry.model_dump_json(exclude_none=True) + "\n" for entry in entries))
    else:
        console.print(ledger_table(entries))
        console.print(f"Next: `sixfold rollback {product}` brings back what was live before")


@commands.command()
def replay(
    since: Annotated[datetime, typer.Option("--from", help="The time of the first prediction, in UTC.")],
    until: Annotated[datetime, typer.Option("--to", help="The time before which the last one is made.")],
    product: ProductName,
    version: VersionName = "v1",
    speed: Annotated[float, typer.Option(min=1, help="Seconds of the past in one second, at most.")] = 10_000,
    stack: StackName = "local",
) -> None:
    """Send past requests through the live endpoint; Ctrl-C stops it, and the same command continues."""
    from delivery.replay import Span, resumable

    live = connect(stack, terminal := Terminal())
    first, last = since.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    span, contract = Span(product=product, version=version, since=first, until=last), live.project.product(product)
    resumable(live.outputs, contract, span, speed, live.project.home / "replay.json", terminal)
    console.print(f"Next: `sixfold status`, or the dashboard of {product}")


@commands.command()
def demo(stack: StackName = "local") -> None:
    """Show a good release go live, and a broken one caught and taken back, on real flights and their late labels."""
    from delivery.commands.tables import ledger_table, looks_table
    from delivery.demo import PRODUCT, picture, require_good, run
    from delivery.rollout.prometheus import of_stack

    traffic = traffic_of(stack, terminal := Terminal())
    live = traffic.stack
    prometheus = of_stack(stack, live.settings(), live.outputs.endpoints)
    looks = run(traffic, prometheus, live.project.product(PRODUCT))
    console.print(looks_table(looks), ledger_table(traffic.ledger.entries(PRODUCT)), terminal.times())
    console.print(f"drawn: {picture(live.project.home)}")
    require_good(traffic, looks)
