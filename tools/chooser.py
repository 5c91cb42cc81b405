"""Decides where each binary comes from, in this order: PATH, the cache, a ready-made package, its Go module."""

import asyncio
import os
from dataclasses import dataclass, field
from pathlib import Path

from tools import sources
from tools.catalogue import PULUMI, Tool, good_enough, on_path, version_of
from tools.console import Console, StepFailed
from tools.gobuild import build
from tools.processes import CommandFailed

Choice = tuple[dict[str, Path], str]


@dataclass
class Chooser:
    """Finds, fetches or builds tools.

    Args:
        uv: the command that fetches Go where there is none.
        python: is done when the environment's interpreter, which it gives, has the Pulumi SDK.
        console: where to say what is going on.
        pinned: take nothing but what apt has verified or a hash in this repository names.

    """

    uv: Path
    python: asyncio.Task[Path]
    console: Console
    pinned: bool = False
    _building: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))  # one compiler uses all cores

    async def choose(self, tool: Tool) -> Choice:
        """Give the tool's commands, and where they came from.

        Raises:
            StepFailed: nothing worked.

        """
        found = {} if self.pinned else on_path(tool, os.environ["PATH"])
        if good_enough(tool, found):
            return found, "found on PATH"
        if found:
            self.console.say(tool.name, f"on PATH, but not all of it at {tool.minimum} or newer: not used")
        return sources.cached(tool, released=not self.pinned) or await self._obtained(tool)

    async def _obtained(self, tool: Tool) -> Choice:
        if tool.packages:
            return await self._packaged(tool)
        return await (self._released(tool) if tool is PULUMI and not self.pinned else self._built(tool))

    async def _packaged(self, tool: Tool) -> Choice:
        try:
            with self.console.working(tool.name, "fetching the distribution's package"):
                return await sources.distribution(tool), "taken out of the distribution's package, not installed"
        except CommandFailed as error:
            self.console.say(tool.name, f"not from the distribution: {_first_line(error)}")
        return await self._built(tool)

    async def _released(self, tool: Tool) -> Choice:
        """Get the official release, which the SDK installs. A build is slow, so it starts before that can be tried."""
        building = asyncio.create_task(self._built(tool))
        try:
            python = await self.python
            if building.done():
                return await building
            with self.console.working(tool.name, "trying the official release meanwhile"):
                return await sources.release(tool, python), "the official release, installed by the SDK"
        except CommandFailed as error:
            self.console.say(tool.name, f"no official release from here: {_first_line(error)}")
            return await building
        finally:
            building.cancel()
            await asyncio.gather(building, return_exceptions=True)

    async def _built(self, tool: Tool) -> Choice:
        try:
            async with self._building:
                self.console.say(tool.name, f"building {tool.version} from its Go module: {tool.duration}")
                with self.console.working(tool.name, "building"):
                    return await build(tool, self.uv), "built from its Go module"
        except CommandFailed as error:
            names = " and ".join(tool.commands)
            remedy = f"install {names} {tool.minimum} or newer so that it is on PATH, then run make again"
            raise StepFailed(f"building {tool.name} from its Go module", why=str(error), remedy=remedy) from error


def describe(tool: Tool, choice: Choice) -> str:
    """Write the line about a choice: version, origin, place."""
    commands, origin = choice
    binary = next(iter(commands.values()))
    version = ".".join(map(str, version_of(binary, tool.version_argument)))
    return f"{version}, {origin} ({binary.parent})"


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return next((line for line in reversed(lines) if "rror" in line), lines[0])
