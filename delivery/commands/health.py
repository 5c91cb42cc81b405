"""Commands about the health of a stack: each line is a question that is put now to the thing itself."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal, console, finish, write_json
from delivery.commands.context import AsJson, StackName, find

if TYPE_CHECKING:
    from rich.console import Group

    from delivery.health.finding import Finding
    from sixfold.outputs import StackOutputs

commands = typer.Typer()


@commands.command()
def status(
    *,
    watch: Annotated[bool, typer.Option("--watch", help="Look again and again, until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=1, help="Seconds between two looks.")] = 5,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Ask each part of a stack whether it is well, and show what to type where it is not.

    Every part is asked now, all at once, and has three seconds, on a busy machine up to twelve. Exit code 1 if anything
    is amiss.
    """
    from rich.live import Live

    from delivery.health.finding import all_well
    from delivery.health.look import look

    if watch and as_json:
        raise typer.BadParameter("it shows a page: leave out --json", param_hint="--watch")
    live = find(stack, Terminal(for_program=as_json))
    outputs, findings = live.outputs, look(live)
    if as_json:
        document = [finding._asdict() for finding in findings]
        write_json(outputs.model_dump(mode="json") | {"well": all_well(findings), "findings": document})
    elif watch:
        with Live(_page(outputs, findings), console=console, auto_refresh=False) as shown:
            while True:
                time.sleep(every)
                findings = look(find(stack, Terminal()))
                shown.update(_page(outputs, findings), refresh=True)
    else:
        console.print(_page(outputs, findings))
    if not all_well(findings):
        raise typer.Exit(1)


def _page(outputs: "StackOutputs", findings: "list[Finding]") -> "Group":
    from rich.console import Group
    from rich.text import Text

    from delivery.commands.tables import endpoints_table, health_table, predicts, products_table, remedies
    from delivery.health import edge

    well = {finding.name for finding in findings if finding.area == edge.AREA and finding.well}
    answering = {
        version.url
        for product in outputs.products
        for version in product.api_versions
        if edge.name_of(product.name, version) in well
    }
    last = list(remedies(findings)) or [Text(f"Next: {predicts(outputs)}")]
    return Group(products_table(outputs, answering), endpoints_table(outputs), health_table(findings), *last)


@commands.command()
def doctor(*, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Find what keeps a stack from being well, also where its state, its stack file or its supervisor is broken.

    It looks at all that `status` asks, and at the engine's files, the ports and the stack file. It changes nothing.
    Exit code 1 if anything is amiss.
    """
    from delivery.commands.tables import health_table, remedies
    from delivery.health.doctor import examine
    from delivery.health.finding import all_well

    findings = examine(find(stack, Terminal(for_program=as_json)))
    amiss = [finding for finding in findings if finding.well is False]
    if as_json:
        document = [finding._asdict() for finding in findings]
        write_json({"well": all_well(findings), "findings": document})
    elif amiss:
        console.print(health_table(amiss), *remedies(findings), sep="\n")
    else:
        console.print(f"All of {len(findings)} are well")
    if amiss:
        raise typer.Exit(1)


@commands.command()
def bundle(
    *,
    to: Annotated[
        Path | None, typer.Option("--to", help="The archive; by default build/bundle-<stack>.tar.gz.")
    ] = None,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Pack findings, logs, versions, ledger and alerts of a stack for whoever helps. Secrets are left out or hidden."""
    from delivery.bundle import pack
    from delivery.health.doctor import examine

    live = find(stack, Terminal(for_program=as_json))
    archive = to or live.project.root / "build" / f"bundle-{stack}.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    names = pack(live, examine(live), archive)
    text = f"{len(names)} files. Next: look through {archive}, and send it to whoever helps"
    finish({"archive": str(archive), "files": names}, text, as_json=as_json)
