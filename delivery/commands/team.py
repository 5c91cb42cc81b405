"""Commands that write files for a team's other tools: GitHub, IAM, Grafana."""

import json
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from delivery.commands.console import console, write, write_json
from delivery.commands.context import AsJson, ProductName, StackName, contract_of, project
from sixfold.errors import SixfoldError

commands = typer.Typer()


@commands.command()
def roles(*, as_json: AsJson = False) -> None:
    """Show who does what for data, model, service and platform, and the people of each product.

    R: responsible. A: accountable. C: consulted. I: informed. From `stacks/roles.yaml` and the contracts.
    """
    from delivery.commands.tables import people_table, responsibility_table
    from delivery.responsibility import table
    from sixfold.roles import read_roles

    here = project()
    lines = table(read_roles(here.root / "stacks" / "roles.yaml"))
    products = list(here.products().values())
    if as_json:
        write_json({
            "work": [{"task": line.task, "domain": line.work.domain, "parts": line.parts} for line in lines],
            "products": [{"name": each.name, "owner": each.owner, "on_call": each.on_call} for each in products],
        })  # fmt: skip
    else:
        console.print(responsibility_table(lines), people_table(products))


@commands.command()
def codeowners(organisation: Annotated[str, typer.Option(help="The GitHub organisation of the teams.")]) -> None:
    """Print the reviewers of each path, for GitHub: from `stacks/roles.yaml` and the owners of products."""
    from delivery.codeowners import codeowners as written
    from delivery.project import PRODUCTS
    from sixfold.roles import read_roles

    here = project()
    inside = [each for each in here.products().values() if (PRODUCTS / each.package).is_dir()]
    write(written(read_roles(here.root / "stacks" / "roles.yaml"), inside, organisation))


@commands.command()
def deployer_policy(
    stack: StackName = "local",
    to: Annotated[Path | None, typer.Option(help="A folder: write a file for each policy there.")] = None,
    *,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Those of a role that plans, and looks for drift.")
    ] = False,
) -> None:
    """Print the IAM policies of a stack's deployer. Needs neither credentials nor an engine."""
    from infra.checks.deployer.policies import policies
    from sixfold.stack import read

    here = project()
    settings = read(here.stack_file(stack))
    documents = policies(stack, settings, root=here.root, home=here.home, read_only=read_only)
    if to is None:
        write(json.dumps(documents, indent=2) + "\n")
        return
    try:
        to.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SixfoldError(
            f"{to} cannot be a folder: {error.strerror}", remedy="give --to a folder of yours"
        ) from error
    for number, document in enumerate(documents):
        path = to / f"sixfold-{stack}-{'plan-' if read_only else ''}{number}.json"
        path.write_text(json.dumps(document, indent=2) + "\n")
        write(f"aws iam create-policy --policy-name {path.stem} --policy-document {quote(f'file://{path}')}\n")


@commands.command()
def dashboard(product: ProductName, stack: StackName = "local") -> None:  # noqa: ARG001 - all take it
    """Print a product's Grafana dashboard as JSON, for Grafana's import."""
    from infra.plans.monitoring.dashboards import product_dashboard

    write(json.dumps(product_dashboard(product=contract_of(product)), indent=2) + "\n")
