"""The command line: thin commands over the same functions that CI calls."""

import json
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery import lifecycle as model
from delivery import traffic as live
from delivery.codeowners import codeowners
from delivery.commands import status
from delivery.reporter import console
from delivery.rollout import step as rollout
from delivery.up import up as bring_up
from delivery.workspace import Workspace
from infra.checks.state import Held
from pulumi_sixfold.kit.errors import ProviderError
from sixfold.contract import load_products
from sixfold.errors import SixfoldError
from sixfold.registry.ledger import Decision
from sixfold.release import SHORT
from sixfold.roles import read_roles
from sixfold.stack import Pin, read

app = typer.Typer(no_args_is_help=True, add_completion=False, help="An MLOps platform that you `pulumi up`.")
data = typer.Typer(no_args_is_help=True, help="The data lake and the feature store.")
app.add_typer(data, name="data")

Stack = Annotated[str, typer.Option(envvar="STACK", help="Which stack; its settings are stacks/Pulumi.<stack>.yaml.")]
Version = Annotated[str, typer.Option(help="Which API version.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Product = Annotated[str, typer.Argument(help="Which product, as in its product.yaml.")]


@app.command()
def up(
    *,
    stack: Stack = "local",
    skip_preflight: Annotated[
        bool, typer.Option("--skip-preflight", help="Do not look first for what AWS would refuse half-way.")
    ] = False,
) -> None:
    """Bring everything up, from an empty machine to live predictions."""
    bring_up(Workspace(stack), skip_preflight=skip_preflight)


@app.command()
def down(stack: Stack = "local") -> None:
    """Delete all that the stack made. The releases' copy on this machine stays, and the next `up` brings it back."""
    work = Workspace(stack)
    work.engine.select()
    with suppress(SixfoldError):  # a stack that was never wholly up has no output, and no online tables either
        model.teardown(work)
    known = work.engine.held()
    work.engine.destroy()
    _require_no_leaks(work, known)
    console.print(f"Gone. Kept: releases and ledger in {work.home}. Next: `make up` brings it all back")


@app.command()
def recover(stack: Stack = "local") -> None:
    """Put right what an engine left that was killed: its lock, and what it had begun. `up` and `down` do it first."""
    Workspace(stack).engine.recover()
    console.print(f"Nothing is under way. Next: sixfold up --stack {stack}")


@app.command(name="preflight")
def show_preflight(stack: Stack = "local") -> None:
    """List all that would stop an `up` half-way: credentials, region, permissions, quotas, addresses."""
    from infra.checks.preflight.run import preflight, require_none  # noqa: PLC0415 - loads the whole program

    work = Workspace(stack)
    settings = read(work.stack_file)
    require_none(preflight(stack, settings, root=work.root, home=work.home, held=work.engine.held), stack)
    console.print(f"Nothing stands in the way of: sixfold up --stack {stack}")


@app.command()
def leaks(stack: Stack = "local") -> None:
    """Look for what a stack left in AWS after `sixfold down`. What is found ends with exit code 1."""
    _require_no_leaks(Workspace(stack))
    console.print("Nothing of the stack is left")


@app.command(name="status")
def show_status(*, stack: Stack = "local", as_json: AsJson = False) -> None:
    """Show what is served, by which release, and where to look."""
    environment = Workspace(stack).environment
    if as_json:
        sys.stdout.write(environment.model_dump_json(indent=2) + "\n")
    else:
        console.print(status.products_table(environment), status.endpoints_table(environment))
        console.print("Next: `sixfold predict flight-delays`")


@app.command(name="cost")
def show_cost(stack: Stack = "local") -> None:
    """Estimate what a stack costs a month at rest, by component. Needs neither credentials nor an engine."""
    from infra.checks.cost.estimate import Resource, estimate  # noqa: PLC0415 - loads the whole program
    from infra.checks.cost.report import report  # noqa: PLC0415 - the same
    from infra.checks.cost.table import prices  # noqa: PLC0415 - the same
    from infra.checks.recording import record  # noqa: PLC0415 - the same

    work = Workspace(stack)
    settings, table = read(work.stack_file), prices()
    planned = record(stack, settings, root=work.root, home=work.home)
    paid = [Resource(each.urn, each.inputs, each.provider["region"]) for each in planned if each.on_aws]
    sys.stdout.write(report(stack, settings.region, estimate(paid, table), table, settings.budget_usd))


@app.command(name="deployer-policy")
def show_deployer_policy(
    stack: Stack = "local",
    to: Annotated[Path | None, typer.Option(help="A folder: write a file for each policy there.")] = None,
) -> None:
    """Print the IAM policies of whoever deploys a stack. Needs neither credentials nor an engine."""
    from infra.checks.deployer.policies import policies  # noqa: PLC0415 - loads the whole program

    work = Workspace(stack)
    documents = policies(stack, read(work.stack_file), root=work.root, home=work.home)
    if to is None:
        sys.stdout.write(json.dumps(documents, indent=2) + "\n")
        return
    to.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(documents):
        path = to / f"sixfold-{stack}-{number}.json"
        path.write_text(json.dumps(document, indent=2) + "\n")
        sys.stdout.write(f"aws iam create-policy --policy-name {path.stem} --policy-document file://{path}\n")


@app.command(name="codeowners")
def show_codeowners(organisation: Annotated[str, typer.Option(help="The GitHub organisation of the teams.")]) -> None:
    """Print who reviews what, for GitHub: from `stacks/roles.yaml` and the owners of products."""
    root = Workspace("local").root
    products = load_products(root / "products")
    sys.stdout.write(codeowners(read_roles(root / "stacks" / "roles.yaml"), products.values(), organisation))


@data.command()
def load(product: Product = "flight-delays", stack: Stack = "local") -> None:
    """Load a product's sources into the lake, and bring its features in step; the same again changes nothing."""
    work = Workspace(stack)
    model.load_data(work, product)
    model.build_features(work, product)
    console.print(f"Next: `sixfold train {product}`")


@app.command()
def train(product: Product, stack: Stack = "local") -> None:
    """Train a candidate on the lake as it is now."""
    candidate = model.train(Workspace(stack), product)
    console.print(f"Candidate in {candidate.path}. Next: `sixfold evaluate {product}`")


@app.command()
def evaluate(product: Product, stack: Stack = "local") -> None:
    """Hold the candidate against the baseline and the release now live. A refused one ends with exit code 1."""
    model.evaluate(Workspace(stack), product)
    console.print(f"Next: `sixfold publish {product}`")


@app.command()
def publish(product: Product, stack: Stack = "local") -> None:
    """Package a candidate that passes the gate, and put it into the registry."""
    digest = model.publish(Workspace(stack), product)
    console.print(f"Next: `sixfold release {product} v1 {digest[:SHORT]}`")


@app.command()
def release(product: Product, version: str, digest: str, stack: Stack = "local") -> None:
    """Let a published release answer an API version: pin it in the stack file, and apply the stack."""
    work = Workspace(stack)
    full = work.registry.resolve(product, digest)
    decision = Decision(by=live.me(), verdict="release", reason="by hand, without a rollout")
    live.change(work, product, {version: (Pin(release=full),)}, decision)
    console.print(f"Next: `sixfold predict {product}`, and commit {work.stack_file.name}")


@app.command(name="replay")
def run_replay(
    since: Annotated[datetime, typer.Option("--from", help="The time of the first prediction, in UTC.")],
    until: Annotated[datetime, typer.Option("--to", help="The time before which the last one is made.")],
    product: Product = "flight-delays",
    version: Version = "v1",
    speed: Annotated[float, typer.Option(min=1, help="Seconds of the past in one second, at most.")] = 10_000,
    stack: Stack = "local",
) -> None:
    """Send the past through the live endpoint; Ctrl-C stops it, and the same command goes on from there."""
    from delivery.replay import Span, show  # noqa: PLC0415 - progress bars and a client that others need not

    first, last = since.replace(tzinfo=UTC), until.replace(tzinfo=UTC)
    show(Workspace(stack), Span(product=product, version=version, since=first, until=last), speed)
    console.print(f"Next: `sixfold status`, or the dashboard of {product}")


@app.command(name="rollout")
def run_rollout(
    product: Product,
    version: str,
    digest: str,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Judge again and again, until it is all live, or back.")
    ] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 30,
    stack: Stack = "local",
) -> None:
    """Let a release answer 0, 5, 25 and 100% of the traffic, as far as it proves itself; one look a call."""
    work = Workspace(stack)
    full = work.registry.resolve(product, digest)
    while True:
        judgement = rollout.turn(work, product, version, full)
        console.print(f"[bold]{judgement.verdict}[/]: {judgement.reason}")
        now = live.now(work, product)
        if len(now[version]) == 1:
            break
        console.print(f"  {live.describe(now)}")
        if not watch:
            console.print("Next: the same command again, when more is known; `sixfold ledger` shows the numbers")
            return
        time.sleep(every)
    console.print(f"Next: commit {work.stack_file.name}; `sixfold ledger {product}` shows the numbers")
    if now[version][0].release != full:
        raise typer.Exit(1)


@app.command(name="demo")
def run_demo(stack: Stack = "local") -> None:
    """Show a good release go live, and a broken one caught and taken back, on real flights and their late labels."""
    from delivery.demo import run  # noqa: PLC0415 - nobody else needs it

    run(Workspace(stack))


@app.command()
def rollback(
    product: Product = "flight-delays",
    to: Annotated[
        datetime | None, typer.Option(help="What was live then, in UTC; without it, what was live before.")
    ] = None,
    stack: Stack = "local",
) -> None:
    """Bring back releases, weights and feature definitions of an earlier moment, in one `up`."""
    work = Workspace(stack)
    live.roll_back(work, product, to.replace(tzinfo=UTC) if to else None)
    console.print(f"Next: `sixfold ledger {product}`, and commit {work.stack_file.name}")


@app.command()
def ledger(product: Product = "flight-delays", *, stack: Stack = "local", as_json: AsJson = False) -> None:
    """Show what was live when, who or what decided it, and on which numbers."""
    entries = Workspace(stack).ledger.entries(product)
    if as_json:
        sys.stdout.writelines(entry.model_dump_json() + "\n" for entry in entries)
    else:
        console.print(live.table(entries))
        console.print("Next: `sixfold rollback` brings back what was live before")


@app.command()
def dashboard(product: Product = "flight-delays", stack: Stack = "local") -> None:
    """Print a product's Grafana dashboard as JSON, for Grafana's import."""
    from infra.plans.monitoring.dashboards import product_dashboard  # noqa: PLC0415 - its SDK takes a second to load

    sys.stdout.write(json.dumps(product_dashboard(product=Workspace(stack).product(product)), indent=2) + "\n")


@app.command()
def predict(
    product: Product = "flight-delays",
    version: Version = "v1",
    row: Annotated[str | None, typer.Option(help="A row as JSON; the contract's example if left out.")] = None,
    stack: Stack = "local",
) -> None:
    """Ask the live service for a prediction."""
    sys.stdout.write(json.dumps(model.predict(Workspace(stack), product, version, row), indent=2) + "\n")


def _require_no_leaks(work: Workspace, known: Iterable[Held] = ()) -> None:
    from infra.checks.leaks.run import left_by, require_none  # noqa: PLC0415 - loads the whole program

    stack = work.engine.stack
    require_none(left_by(stack, read(work.stack_file), root=work.root, home=work.home, known=known), stack)


def main() -> None:
    """Run a command; what a person can put right is shown without a stack trace."""
    try:
        app()
    except (SixfoldError, ProviderError) as error:
        console.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(1)
