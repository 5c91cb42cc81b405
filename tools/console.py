"""Messages of the bootstrap at the terminal."""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator

_PLAIN_EVERY_S = 20


class StepFailed(Exception):  # noqa: N818 - it is a step of the bootstrap that failed, and reads so where it is raised
    """A step did not work.

    Args:
        step: what was being done.
        why: the cause, often the tail of a log.
        remedy: what to install or do instead.

    """

    def __init__(self, step: str, *, why: str, remedy: str) -> None:
        super().__init__(step)
        self.step = step
        self.why = why
        self.remedy = remedy

    def __str__(self) -> str:
        why = "\n".join(f"    {line}" for line in self.why.strip().splitlines())
        return f"✗ {self.step} failed:\n{why}\n  → {self.remedy}"


class Console:
    """Prints what was chosen, a line each, and below it one live line of what is under way."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._is_terminal = sys.stdout.isatty()
        self._under_way: list[str] = []

    def say(self, who: str, text: str) -> None:
        """Print a line that stays."""
        self._erase()
        print(f"{self._elapsed():>5}  {who:<13} {text}", flush=True)

    @contextlib.contextmanager
    def working(self, who: str, what: str) -> Iterator[None]:
        """Show `what` on the live line while the block runs."""
        line = f"{who}: {what}"
        self._under_way.append(line)
        try:
            yield
        finally:
            self._under_way.remove(line)

    async def tick(self) -> None:
        """Keep the live line up to date; where there is no terminal, print it now and then instead."""
        while True:
            await asyncio.sleep(1 if self._is_terminal else _PLAIN_EVERY_S)
            line = "  ·  ".join(self._under_way)
            if line and self._is_terminal:
                self._erase()
                print(f"{self._elapsed():>5}  {line}"[:100], end="", flush=True)
            elif line:
                print(f"{self._elapsed():>5}  {line}", flush=True)

    def _erase(self) -> None:
        if self._is_terminal:
            print("\r\x1b[K", end="")

    def _elapsed(self) -> str:
        return f"{time.monotonic() - self._start:.0f}s"
