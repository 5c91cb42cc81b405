"""Commands about training runs: which there were, how they differ, and one of them as the candidate."""

from typing import Annotated

import typer

from delivery.commands.console import Terminal, console, finish, write_json
from delivery.commands.context import AsJson, ProductName, StackName, connect, contract_of

commands = typer.Typer()
runs = typer.Typer(help="The training runs of a product: each `sixfold train` is kept.", no_args_is_help=True)
RunId = Annotated[str, typer.Argument(metavar="RUN", help="Which run, by the first digits of its id.")]


@runs.command("list")
def list_(product: ProductName, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """List the training runs of a product, the newest first, with their metric on the test months."""
    from delivery.commands.tables import runs_table
    from models.training.experiments import Experiments

    contract = contract_of(product)
    found = Experiments(connect(stack, Terminal(for_program=as_json)).platform, contract.package).runs()
    if as_json:
        write_json([run.model_dump(mode="json") for run in found])
    elif found:
        console.print(runs_table(found))
        console.print(f"Next: `sixfold experiment compare {product} {found[-1].id} {found[0].id}`")
    else:
        console.print(f"No run of {product} yet. Next: `sixfold train {product}`")


@runs.command()
def compare(
    product: ProductName,
    run: RunId,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The run to compare it with.")],
    *,
    stack: StackName = "local",
    as_json: AsJson = False,
) -> None:
    """Show all that differs between two runs: data, code, environment, parameters, trials and metrics."""
    from delivery.commands.tables import differences_table
    from models.training.experiments import Experiments, differences

    contract = contract_of(product)
    experiments = Experiments(connect(stack, Terminal(for_program=as_json)).platform, contract.package)
    one, two = experiments.find(run), experiments.find(other)
    differing = differences(one, two)
    if as_json:
        write_json({"runs": [one.id, two.id], "differences": differing})
    elif differing:
        console.print(differences_table(one, two, differing))
        console.print(f"Next: `sixfold experiment take {product} {two.id}` makes it the candidate")
    else:
        console.print(f"Nothing differs: both are run {one.id}")


@runs.command()
def take(product: ProductName, run: RunId, *, stack: StackName = "local", as_json: AsJson = False) -> None:
    """Make a run the candidate of this machine again, in place of the one that is there."""
    from models.training.experiments import Experiments

    contract = contract_of(product)
    live = connect(stack, Terminal(for_program=as_json))
    experiments = Experiments(live.platform, contract.package)
    found = experiments.find(run)
    candidate = experiments.take(found, live.project.candidate(product))
    document = {"product": product, "run": found.id, "candidate": str(candidate.path)}
    finish(document, f"Candidate in {candidate.path}. Next: `sixfold evaluate {product}`", as_json=as_json)
