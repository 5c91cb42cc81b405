"""The arguments that many commands share, and the stack that they name."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from delivery.commands.console import Terminal
from delivery.live_stack import LiveStack
from delivery.project import Project
from sixfold.contract import Product
from sixfold.moments import moment_of
from sixfold.versions import number_of

if TYPE_CHECKING:
    from delivery.traffic import Traffic


def _stacks() -> list[str]:
    files = (project().root / "stacks").glob("Pulumi.*.yaml")
    return sorted(file.name.removeprefix("Pulumi.").removesuffix(".yaml") for file in files)


def _products() -> list[str]:
    return sorted(project().products())


def _versions(context: typer.Context) -> list[str]:
    """Return the API versions of the product that the command line has so far."""
    product = project().products().get(context.params.get("product", ""))
    return list(product.api_versions) if product else []


StackName = Annotated[
    str,
    typer.Option(
        "--stack",
        envvar="STACK",
        help="Which stack; its settings are stacks/Pulumi.<stack>.yaml.",
        autocompletion=_stacks,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
VersionArgument = Annotated[
    str,
    typer.Argument(metavar="VERSION", help="Which API version, as in the product.yaml.", autocompletion=_versions),
]
AnyVersion = Annotated[
    str | None,
    typer.Argument(
        metavar="VERSION",
        help="Which API version; without it, the newest that answers.",
        autocompletion=_versions,
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Ask no question.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]
DigestArgument = Annotated[
    str, typer.Argument(metavar="DIGEST", help="Which release, by the first digits of its digest.")
]


def moment(text: str) -> datetime:
    """Read an option: a moment with an offset, or a day, which is its first moment in UTC."""
    try:
        return moment_of(f"{text}T00:00:00Z" if len(text) == len("2013-10-01") else text)
    except ValueError as error:
        raise typer.BadParameter(f"{text[:40]!r} is {error}; a day alone begins at 00:00 UTC") from None


ProductName = Annotated[
    str,
    typer.Argument(metavar="PRODUCT", help="Which product, as in its product.yaml.", autocompletion=_products),
]


def project() -> Project:
    """Return the project that the current folder is in."""
    return Project.find(Path.cwd(), os.environ)


def find(stack: str, terminal: Terminal) -> LiveStack:
    """Return a stack that has a file, and may not be up yet.

    Raises:
        SixfoldError: there is no such file; the message names those that there are.

    """
    found = LiveStack(project(), stack, terminal)
    if not found.file.exists():
        found.settings()
    return found


def connect(stack: str, terminal: Terminal) -> LiveStack:
    """Return a stack that is up, with credentials for its AWS in the environment of this process."""
    found = find(stack, terminal)
    found.connect()
    return found


def contract_of(product: str, version: str | None = None) -> Product:
    """Return a product's contract; a misspelt name or API version is an error before any slow work begins."""
    return project().product(product, version)


def newest(stack: LiveStack, product: Product) -> str:
    """Return the newest API version of a product that answers; where none does, the newest of its contract."""
    from delivery.served import pins

    return max(pins(stack.outputs, product.name) or product.api_versions, key=number_of)


def traffic_of(stack: str, terminal: Terminal) -> "Traffic":
    """Return the traffic of a stack that is up."""
    from delivery.traffic import Traffic

    return Traffic.of(connect(stack, terminal), terminal)
