"""Commands about the life of a model."""

import json
from typing import Annotated

import typer
from rich.markup import escape

from delivery.commands.console import Terminal, console, write
from delivery.commands.context import AsJson, ProductName, StackName, VersionName, connect, project, traffic_of
from sixfold.release import SHORT

commands = typer.Typer()
data = typer.Typer(no_args_is_help=True, help="The data lake and the feature store.")
commands.add_typer(data, name="data")


@data.command()
def load(product: ProductName, stack: StackName = "local") -> None:
    """Load a product's sources into the lake, and bring its features in step; the same again changes nothing."""
    from delivery.lifecycle import build_features, load_data

    live = connect(stack, terminal := Terminal())
    contract = live.project.product(product)
    load_data(live.platform, contract, terminal)
    build_features(live.platform, contract, terminal)
    console.print(f"Next: `sixfold train {product}`")


@commands.command()
def check(product: ProductName, *, as_json: AsJson = False) -> None:
    """List everything that is wrong with a product's folder, with what to write. Without a stack, in seconds."""
    from delivery.check import check as faults_of

    faults = faults_of(project().product(product))
    if as_json:
        write(json.dumps([fault._asdict() for fault in faults], indent=2) + "\n")
    elif faults:
        for fault in faults:
            console.print(f"[red]{escape(fault.where)}[/]: {escape(fault.what)}\n  → {escape(fault.remedy)}")
    else:
        console.print(f"Nothing is wrong with {product}. Next: name it in the stack file, then `sixfold up`")
    if faults:
        raise typer.Exit(1)


@commands.command()
def train(product: ProductName, stack: StackName = "local") -> None:
    """Train a candidate on the lake as it is now."""
    from delivery.lifecycle import train as make

    live = connect(stack, terminal := Terminal())
    project = live.project
    candidate = make(live.platform, project.product(product), project.candidate(product), terminal)
    console.print(f"Candidate in {candidate.path}. Next: `sixfold evaluate {product}`")


@commands.command()
def evaluate(product: ProductName, stack: StackName = "local") -> None:
    """Compare the candidate with the baseline and the live release. A refusal ends with exit code 1."""
    from delivery.lifecycle import evaluate as judge
    from delivery.lifecycle import live_bento
    from models.candidate import Candidate

    traffic = traffic_of(stack, terminal := Terminal())
    project, live = traffic.stack.project, live_bento(traffic.stack.outputs, traffic.registry, product)
    judge(Candidate(project.candidate(product)), project.product(product), live, terminal)
    console.print(f"Next: `sixfold publish {product}`")


@commands.command()
def publish(product: ProductName, stack: StackName = "local") -> None:
    """Package a candidate that passes the gate, and put it into the registry."""
    from delivery.lifecycle import live_bento
    from delivery.lifecycle import publish as put
    from models.candidate import Candidate

    traffic = traffic_of(stack, terminal := Terminal())
    project, live = traffic.stack.project, live_bento(traffic.stack.outputs, traffic.registry, product)
    contract, candidate = project.product(product), Candidate(project.candidate(product))
    digest = put(candidate, contract, traffic.registry, live, terminal)
    newest = max(contract.api_versions, key=lambda version: int(version[1:]))
    console.print(f"Next: `sixfold release {product} {newest} {digest[:SHORT]}`")


@commands.command()
def release(product: ProductName, version: str, digest: str, stack: StackName = "local") -> None:
    """Let a published release answer an API version: pin it in the stack file, apply, and request a prediction."""
    from delivery.smoke import smoke
    from delivery.traffic import me
    from sixfold.registry.ledger import Decision
    from sixfold.stack import Pin

    traffic = traffic_of(stack, Terminal())
    full = traffic.registry.resolve(product, digest)
    decision = Decision(by=me(), verdict="release", reason="by hand, without a rollout")
    traffic.change(product, {version: (Pin(release=full),)}, decision)
    smoke(traffic.stack.outputs, traffic.stack.project.product(product), version)
    console.print(f"Next: `sixfold predict {product}`, and commit {traffic.stack.file.name}")


@commands.command()
def predict(
    product: ProductName,
    version: VersionName = "v1",
    row: Annotated[str | None, typer.Option(help="A row as JSON; the contract's example if left out.")] = None,
    stack: StackName = "local",
) -> None:
    """Request a prediction from the live service."""
    from delivery.served import predict as request

    live = connect(stack, Terminal())
    write(json.dumps(request(live.outputs, live.project.product(product), version, row), indent=2) + "\n")
