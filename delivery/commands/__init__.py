"""The command line: thin commands over the same functions that CI and pods call. Nothing else prints.

A command is a function in the file of its group, and imports what it needs when it is called: `--help` waits for none.
"""

import os
import signal
import sys

import typer
from rich.markup import escape

from delivery.commands import consumer, feedback, health, model, new, stack, team, traffic
from delivery.commands.console import errors
from pulumi_sixfold.kit.errors import ProviderError
from sixfold.errors import SixfoldError
from sixfold.telemetry import QUIET, QUIET_ENGINE

app = typer.Typer(no_args_is_help=True, add_completion=False, help="An MLOps platform that you `pulumi up`.")
for group in (stack, health, new, model, traffic, team):
    app.add_typer(group.commands)
app.add_typer(consumer.commands, name="consumer")
app.command()(consumer.users)
app.add_typer(feedback.commands, name="feedback")


def main() -> None:
    """Run a command; a person's error goes to stderr without a stack trace, exit code 1."""
    os.environ.update({**QUIET, **QUIET_ENGINE})
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # else the engine would go on alone, and hold the lock
    try:
        app()
    except (SixfoldError, ProviderError) as error:
        errors.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(1)
