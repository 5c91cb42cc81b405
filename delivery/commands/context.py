"""The arguments that many commands share, and the stack that they name."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal
from delivery.live_stack import LiveStack
from delivery.project import Project

if TYPE_CHECKING:
    from delivery.traffic import Traffic

StackName = Annotated[
    str, typer.Option("--stack", envvar="STACK", help="Which stack; its settings are stacks/Pulumi.<stack>.yaml.")
]
VersionName = Annotated[str, typer.Option("--version", help="Which API version.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
ProductName = Annotated[str, typer.Argument(help="Which product, as in its product.yaml.")]


def project() -> Project:
    """Return the project that the current folder is in."""
    return Project.find(Path.cwd(), os.environ)


def find(stack: str, terminal: Terminal) -> LiveStack:
    """Return a stack that may not exist yet."""
    return LiveStack(project(), stack, terminal)


def connect(stack: str, terminal: Terminal) -> LiveStack:
    """Return a stack that is up, with credentials for its AWS in the environment of this process."""
    found = find(stack, terminal)
    found.connect()
    return found


def traffic_of(stack: str, terminal: Terminal) -> "Traffic":
    """Return the traffic of a stack that is up."""
    from delivery.traffic import Traffic

    return Traffic.of(connect(stack, terminal), terminal)
