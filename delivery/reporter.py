"""Shows long work: a line while it runs, its time when it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from rich.console import Console
from rich.table import Table

console = Console(highlight=False)


class Stages:
    """Times the stages of a command, and prints them as a table at the end."""

    def __init__(self) -> None:
        self._seconds: list[tuple[str, float]] = []

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Announce a stage and take its time."""
        console.print(f"[bold]▸ {title}[/]")
        began = perf_counter()
        yield
        self._seconds.append((title, perf_counter() - began))

    def table(self) -> Table:
        """Return stage and seconds, with their sum."""
        table = Table("stage", "seconds", show_footer=True, box=None)
        for title, seconds in self._seconds:
            table.add_row(title, f"{seconds:.1f}")
        table.columns[0].footer = "in all"
        table.columns[1].footer = f"{sum(seconds for _, seconds in self._seconds):.1f}"
        table.columns[1].justify = "right"
        return table


def say(text: str) -> None:
    """Print one line of progress."""
    console.print(f"  {text}")
