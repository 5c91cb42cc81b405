"""Commands about the life of a model."""

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from delivery.commands.console import Terminal, console, finish, write, write_json
from delivery.commands.context import (
    AnyVersion,
    AsJson,
    DigestArgument,
    DryRun,
    ProductName,
    StackName,
    VersionArgument,
    connect,
    contract_of,
    newest,
    traffic_of,
)
from sixfold.release import SHORT
from sixfold.versions import number_of

if TYPE_CHECKING:
    from pathlib import Path

    from delivery.traffic import Traffic
    from models.candidate import Candidate

commands = typer.Typer()


@commands.command()
def check(product: ProductName, *, as_json: AsJson = False) -> None:
    """List everything that is wrong with a product's folder, with what to write. Without a stack, in seconds."""
    from delivery.check import check as faults_of

    faults = faults_of(contract_of(product))
    if as_json:
        write_json([fault._asdict() for fault in faults])
    elif faults:
        for fault in faults:
            console.print(f"[red]{escape(fault.where)}[/]: {escape(fault.what)}\n  → {escape(fault.remedy)}")
    else:
        console.print(f"Nothing is wrong with {product}. Next: name it in the stack file, then `sixfold up`")
    if faults:
        raise typer.Exit(1)


@commands.command()
def train(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Train a candidate on the lake as it is now."""
    from delivery.lifecycle import train as make

    contract = contract_of(product)
    live = connect(stack, terminal := Terminal(for_program=as_json))
    candidate = make(live.platform, contract, live.project.candidate(product), terminal)
    record, metric = candidate.record, contract.metric.name
    document = {
        "product": product,
        "training_key": record.training_key,
        "metric": metric,
        "value": record.metrics.get(metric),
        "candidate": str(candidate.path),
    }
    finish(document, f"Candidate in {candidate.path}. Next: `sixfold evaluate {product}`", as_json=as_json)


@commands.command()
def evaluate(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Compare the candidate with the baseline and the live release. A refusal ends with exit code 1."""
    from delivery.lifecycle import evaluate as judge
    from delivery.lifecycle import require_passed

    contract = contract_of(product)
    traffic = traffic_of(stack, terminal := Terminal(for_program=as_json))
    candidate, live = _to_be_judged(traffic, product)
    verdict = judge(candidate, contract, live, terminal)
    if as_json:
        write_json({"passed": verdict.passed, **json.loads(verdict.model_dump_json())})
    require_passed(verdict, candidate)
    if not as_json:
        console.print(f"Next: `sixfold publish {product}`")


@commands.command()
def publish(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Package a candidate that passes the gate, and put it into the registry."""
    from delivery.lifecycle import publish as put

    contract = contract_of(product)
    traffic = traffic_of(stack, terminal := Terminal(for_program=as_json))
    candidate, live = _to_be_judged(traffic, product)
    digest = put(candidate, contract, traffic.registry, live, terminal)
    newest = max(contract.api_versions, key=number_of)
    document = {"product": product, "digest": digest, "training_key": candidate.record.training_key}
    finish(document, f"Next: `sixfold release {product} {newest} {digest[:SHORT]}`", as_json=as_json)


@commands.command()
def releases(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List the published releases of a product, the newest first, with their metric and what they answer."""
    from delivery.commands.tables import releases_table

    contract = contract_of(product)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    records = sorted(traffic.registry.records(product), key=lambda record: record.created, reverse=True)
    live = {pin.release: f"{version} {pin.weight}%" for version, pins in traffic.now(product).items() for pin in pins}
    if as_json:
        document = [json.loads(record.model_dump_json()) for record in records]
        write_json([{**each, "answers": live.get(each["digest"])} for each in document])
    elif records:
        console.print(releases_table(records, contract.metric.name, live))
        console.print(f"Next: `sixfold changelog {product}` says what changed from one to the next")
    else:
        console.print(f"{product} has no release. Next: `sixfold train {product}`")


@commands.command()
def sbom(product: ProductName, digest: DigestArgument, *, stack: StackName = "local") -> None:
    """Print a release's bill of materials, as CycloneDX JSON: its model and the packages that it runs with."""
    from delivery.sbom import bill

    contract_of(product)
    registry = traffic_of(stack, Terminal(for_program=True)).registry
    write(bill(registry.fetch(product, registry.resolve(product, digest)) / "src", product))


@commands.command()
def changelog(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Show the releases of a product, the newest first: what changed, the cases fixed, and who reported those."""
    from delivery.changelog import markdown

    contract_of(product)
    records = traffic_of(stack, Terminal(for_program=as_json)).registry.records(product)[::-1]
    if as_json:
        write_json([json.loads(record.model_dump_json()) for record in records])
    else:
        write(markdown(records))


@commands.command()
def release(
    product: ProductName,
    version: VersionArgument,
    digest: DigestArgument,
    *,
    dry_run: DryRun = False,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Let a published release answer an API version: pin it, apply, and on this machine request a prediction."""
    from delivery.served import describe
    from delivery.smoke import smoke
    from delivery.traffic import me
    from sixfold.registry.ledger import Decision, Versions
    from sixfold.stack import Pin

    contract = contract_of(product, version)
    traffic = traffic_of(stack, Terminal(for_program=as_json))
    full = traffic.registry.resolve(product, digest)
    wanted: Versions = {version: (Pin(release=full),)}
    if dry_run:
        traffic.require_allowed(product, wanted)
        now = traffic.now(product)
        text = f"now   {describe(now) or 'none'}\nthen  {describe({**now, **wanted})}\nNothing was changed"
        finish({"product": product, "version": version, "digest": full, "allowed": True}, text, as_json=as_json)
        return
    decision = Decision(by=me(), verdict="release", reason="by hand, without a rollout")
    entry = traffic.change(product, wanted, decision)
    # The edge of a cluster is where its consumers are, which need not be where this command runs.
    local = traffic.stack.settings().local is not None
    asked = {"prediction": smoke(traffic.stack.outputs, contract, version).document} if local else {}
    document = {"ledger": json.loads(entry.model_dump_json(exclude_none=True)), **asked}
    text = f"Next: `sixfold predict {product}`, and commit {traffic.stack.file.name}"
    finish({"product": product, "version": version, "digest": full, **document}, text, as_json=as_json)


@commands.command()
def predict(
    product: ProductName,
    version: AnyVersion = None,
    *,
    row: Annotated[str | None, typer.Option(help="A row as JSON; the contract's example if left out.")] = None,
    stack: StackName = "local",
) -> None:
    """Request a prediction from the live service, and print its JSON."""
    from delivery.served import predict as request

    contract = contract_of(product, version)
    live = connect(stack, Terminal())
    write_json(request(live.outputs, contract, version or newest(live, contract), row))


def _to_be_judged(traffic: "Traffic", product: str) -> "tuple[Candidate, Path | None]":
    """Return the candidate on this machine, and code and model of the live release, None without one."""
    from delivery.lifecycle import live_bento
    from models.candidate import Candidate

    candidate = Candidate(traffic.stack.project.candidate(product))
    return candidate, live_bento(traffic.stack.outputs, traffic.registry, product, traffic.report)
