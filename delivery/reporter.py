"""Progress of long operations. The caller decides where it goes: a terminal, a log, nowhere."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[float, str], None]
"""Takes how much of the total is done, and a text."""


class Reporter(Protocol):
    """Receives the progress of an operation. `delivery.commands.console` prints it."""

    def say(self, text: str, *, passed: bool | None = None) -> None:
        """Tell one line of progress; `passed` marks the outcome of a check."""

    def relay(self, text: str) -> None:
        """Pass on the errors of another program, as that program wrote them."""

    def stage(self, title: str) -> AbstractContextManager[None]:
        """Tell that a stage begins, and measure its time."""

    def busy(self, text: Callable[[], str]) -> AbstractContextManager[None]:
        """Show on a terminal, while the block runs, the time that has passed and a text that is asked for anew."""

    def progress(self, total: float) -> AbstractContextManager[Advance]:
        """Show a bar while the block runs."""


class Silent:
    """A reporter that reports nothing."""

    def say(self, text: str, *, passed: bool | None = None) -> None:
        """Do nothing."""

    def relay(self, text: str) -> None:
        """Do nothing: what stops an operation is in its error."""

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:  # noqa: ARG002 - the protocol's
        """Do nothing around the block."""
        yield

    @contextmanager
    def busy(self, text: Callable[[], str]) -> Iterator[None]:  # noqa: ARG002 - the protocol's
        """Do nothing around the block."""
        yield

    @contextmanager
    def progress(self, total: float) -> Iterator[Advance]:  # noqa: ARG002 - the protocol's
        """Show no bar."""
        yield lambda _done, _text: None
