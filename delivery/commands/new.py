"""The command that writes a new product."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.markup import escape

from delivery.commands.console import console, write_json
from delivery.commands.context import AsJson, project
from sixfold.contract import TaskName

FrameworkName = Literal["lightgbm", "xgboost", "sklearn"]
"""The frameworks of `models.frameworks`."""

commands = typer.Typer()


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
    folder, told, following = f"products/{wish.package}", decided.told(data.rows.height), decided.next(stack)
    if as_json:
        write_json({"product": name, "folder": folder, "says": told, "next": [command for command, _ in following]})
        return
    for line in told:
        console.print(f"  {escape(line)}")
    console.print(f"{folder} passes `sixfold check {name}`. Next:", soft_wrap=True)
    for command, effect in following:
        console.print(f"  {escape(command)}\n    {effect}", soft_wrap=True)
