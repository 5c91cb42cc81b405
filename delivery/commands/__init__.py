"""The command line: thin commands over the same functions that CI and pods call. Nothing else prints.

A command is a function in the file of its group, and imports what it needs when it is called: `--help` waits for none.
"""

import os
import signal
import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from delivery.commands import (
    consumer,
    data,
    experiment,
    feedback,
    health,
    model,
    new,
    promotion,
    sign,
    stack,
    team,
    traffic,
)
from delivery.commands.console import errors, write
from pulumi_sixfold.kit.errors import ProviderError
from sixfold.errors import SixfoldError
from sixfold.telemetry import QUIET, QUIET_ENGINE

_ANSWERING, _CONSUMERS = "The releases that answer", "The consumers"
GROUPS = {
    "A stack": stack,
    "Its health": health,
    "A product": new,
    "The life of a model": model,
    "Experiments": experiment,
    _ANSWERING: traffic,
    "The team": team,
    _CONSUMERS: consumer,
}
"""The panels of `sixfold -h`."""
app = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},  # groups and commands take it from here
    help="An MLOps platform that you `pulumi up`.",
)
for title, group in GROUPS.items():
    for command in (*group.commands.registered_commands, *group.commands.registered_groups):
        command.rich_help_panel = title
    app.add_typer(group.commands)
for single in (promotion.promote, sign.sign):
    app.command(rich_help_panel=_ANSWERING)(single)
app.add_typer(experiment.runs, name="experiment", rich_help_panel="Experiments")
app.add_typer(data.commands, name="data", rich_help_panel="The life of a model")
app.add_typer(consumer.keys, name="consumer", rich_help_panel=_CONSUMERS)
app.add_typer(feedback.commands, name="feedback", rich_help_panel=_CONSUMERS)


def _show_version(asked: bool) -> None:  # noqa: FBT001 - typer calls it
    if asked:
        write(f"sixfold {version('sixfold')}\n")
        raise typer.Exit


@app.callback()
def options(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and exit.")
    ] = False,
) -> None:
    """Take the options that stand before every command."""


def main() -> None:
    """Run a command; a person's error goes to stderr without a stack trace, exit code 1."""
    os.environ.update({**QUIET, **QUIET_ENGINE})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the engine would go on alone, and hold the lock
    try:
        app()
    except (SixfoldError, ProviderError) as error:
        _refuse(str(error))
    except Exception as error:
        # botocore is loaded where a command calls AWS, and nowhere else: its errors are known by their module.
        if not type(error).__module__.startswith("botocore."):
            raise
        from pulumi_sixfold.aws.failure import aws_sentence

        _refuse(aws_sentence(error))  # type: ignore[arg-type] # one of botocore's


def _refuse(sentence: str) -> NoReturn:
    errors.print(f"[bold red]error:[/] {escape(sentence)}")
    sys.exit(1)
