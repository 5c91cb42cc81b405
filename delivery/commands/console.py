"""The terminal: the one place that prints."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from delivery.reporter import Advance

_UNBOUNDED = 1000
"""Columns of a pipe or a file: a command, an address or a digest is never broken in two there."""


def _console(stream: TextIO, *, stderr: bool) -> Console:
    width = None if stream.isatty() else _UNBOUNDED
    # Terminals wrap long lines themselves, and a copied command is then still one line.
    return Console(highlight=False, soft_wrap=True, stderr=stderr, width=width)


console = _console(sys.stdout, stderr=False)
errors = _console(sys.stderr, stderr=True)
_OUTCOMES = {None: "", True: "[green]pass[/] ", False: "[red]fail[/] "}


def write(text: str) -> None:
    """Write text for programs to stdout, as it is."""
    sys.stdout.write(text)


def write_json(document: object) -> None:
    """Write a JSON document to stdout."""
    write(json.dumps(document, indent=2) + "\n")


def finish(document: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """End a command: with a document on stdout for a program, or with a text for a person."""
    if as_json:
        write_json(document)
    else:
        console.print(text)


class Terminal:
    """A reporter that prints: a line while work runs, its time when it is done.

    Args:
        for_program: print to stderr, because stdout is for the JSON of a command.

    """

    def __init__(self, *, for_program: bool = False) -> None:
        self._console = errors if for_program else console
        self._seconds: list[tuple[str, float]] = []

    def say(self, text: str, *, passed: bool | None = None) -> None:
        """Print one line of progress."""
        self._console.print(f"  {_OUTCOMES[passed]}{escape(text)}")

    def relay(self, text: str) -> None:
        """Write the errors of another program to stderr."""
        sys.stderr.write(text)

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Announce a stage, take its time, and print it at the end."""
        self._console.print(f"[bold]▸ {escape(title)}[/]")
        began = perf_counter()
        yield
        seconds = perf_counter() - began
        self._seconds.append((title, seconds))
        self._console.print(f"  [dim]{seconds:.1f} s[/]")

    @contextmanager
    def busy(self, text: Callable[[], str]) -> Iterator[None]:
        """Show a line with the time that has passed, which is gone at the end; nothing where it is piped."""
        with self._console.status(_Busy(text)):
            yield

    @contextmanager
    def progress(self, total: float) -> Iterator[Advance]:
        """Show a bar with the time that has passed."""
        with Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=self._console
        ) as shown:
            bar = shown.add_task("the first hour", total=total)
            yield lambda done, text: shown.update(bar, completed=done, description=text)

    def times(self) -> Table:
        """Return stage and seconds, with their sum."""
        table = Table("stage", "seconds", show_footer=True, box=None)
        for title, seconds in self._seconds:
            table.add_row(title, f"{seconds:.1f}")
        table.columns[0].footer = "in all"
        table.columns[1].footer = f"{sum(seconds for _, seconds in self._seconds):.1f}"
        table.columns[1].justify = "right"
        return table


class _Busy:
    """A line that is written anew whenever the terminal is drawn."""

    def __init__(self, text: Callable[[], str]) -> None:
        self._text, self._began = text, perf_counter()

    def __rich__(self) -> Text:
        said = f"{perf_counter() - self._began:.0f} s  {self._text()}"
        return Text(said, style="dim", no_wrap=True, overflow="ellipsis")
