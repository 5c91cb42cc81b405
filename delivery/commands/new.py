"""The command that writes a new product."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from delivery.commands.console import console
from delivery.commands.console import write as write_json
from delivery.commands.context import AsJson, project

commands = typer.Typer()


class TaskName(StrEnum):
    """The tasks of `sixfold.tasks`."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"


class FrameworkName(StrEnum):
    """The frameworks of `models.frameworks`."""

    LIGHTGBM = "lightgbm"
    XGBOOST = "xgboost"
    SKLEARN = "sklearn"


@commands.command()
def new(  # noqa: PLR0913 - the options of a command
    name: Annotated[str, typer.Argument(help="Name of the product, such as parcel-delays.")],
    *,
    task: Annotated[TaskName, typer.Option(help="What is predicted: yes or no, one of several classes, or a number.")],
    framework: Annotated[FrameworkName, typer.Option(help="The library that fits the model.")],
    csv: Annotated[Path | None, typer.Option(help="A file with the past; left out: made-up data.")] = None,
    time: Annotated[str | None, typer.Option(help="Its column with the time of a row.")] = None,
    label: Annotated[str | None, typer.Option(help="Its column with the label.")] = None,
    entity: Annotated[str | None, typer.Option(help="Its column that tells rows of the same time apart.")] = None,
    owner: Annotated[str, typer.Option(help="The team that owns the product.")] = "data-science",
    stack: Annotated[str | None, typer.Option(help="Name the product in this stack's file too.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a small product that trains, serves and is evaluated as it is. Its folder is below products/."""
    from delivery.project import PRODUCTS
    from delivery.scaffold.plan import Wish
    from delivery.scaffold.write import require_name, source_of, write
    from sixfold.stack import pin, read

    here = project()
    stack_file = here.stack_file(stack) if stack else None
    if stack_file:
        read(stack_file)  # an unknown stack ends here, before anything is written
    data = source_of(task, csv, time, label, entity)
    wish = Wish(name, task, framework, data.time, data.label, data.entity, owner, data.description)
    require_name(wish, PRODUCTS)
    decided = write(data.rows, wish, csv, PRODUCTS, datetime.now(UTC).date())
    if stack_file:
        pin(stack_file, name, "v1", [])
    if as_json:
        commands = [command for command, _ in decided.next(stack)]
        told = {"product": name, "folder": f"products/{wish.package}", "says": decided.told(data.rows.height)}
        write_json(json.dumps({**told, "next": commands}, indent=2) + "\n")
        return
    for line in decided.told(data.rows.height):
        console.print(f"  {escape(line)}")
    console.print(f"products/{wish.package} passes `sixfold check {name}`. Next:", soft_wrap=True)
    for command, effect in decided.next(stack):
        console.print(f"  {escape(command)}\n    {effect}", soft_wrap=True)
