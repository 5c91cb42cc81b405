"""Where a binary comes from when it is not on PATH and need not be built: the official release, the distribution."""

import shutil
from pathlib import Path

from tools import cache, debian
from tools.catalogue import Tool, good_enough
from tools.gobuild import build_key
from tools.processes import CommandFailed, run

_RELEASE_LIMIT_S = 120
_INSTALL_RELEASE = """\
import socket, sys
socket.setdefaulttimeout(10)  # offline must fail fast
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1])
"""


def release_key(tool: Tool) -> str:
    """Name the official release in the cache."""
    return f"{tool.name}-{tool.version}-release"


async def release(tool: Tool, python: Path) -> dict[str, Path]:
    """Have Pulumi's official release installed by its own SDK.

    Raises:
        CommandFailed: it cannot be had from here.

    """

    async def make(draft: Path) -> None:
        log = cache.log(f"{tool.name}-release")
        await run(python, "-c", _INSTALL_RELEASE, draft, log=log, limit_s=_RELEASE_LIMIT_S)

    entry = await cache.obtain(release_key(tool), make)
    return {tool.name: entry / "bin" / tool.name}


async def distribution(tool: Tool) -> dict[str, Path]:
    """Take the binaries out of Debian's packages.

    Raises:
        CommandFailed: there is no apt here, or it does not have them at a good enough version.

    """

    async def make(draft: Path) -> None:
        unpacked = draft / "unpacked"
        await debian.unpack(tool.packages, unpacked, cache.log(f"{tool.name}-distribution"))
        for command, names in tool.commands.items():
            binaries = [file for name in names if (file := unpacked / "usr" / "bin" / name).exists()]
            binaries[0].rename(draft / command)
        if not good_enough(tool, _commands(tool, draft)):
            raise CommandFailed(f"the distribution's {tool.name} is older than {tool.minimum}")
        shutil.rmtree(unpacked)

    return _commands(tool, await cache.obtain(f"{tool.name}-distribution", make))


def cached(tool: Tool, *, released: bool = True) -> tuple[dict[str, Path], str] | None:
    """Find what an earlier bootstrap, of any clone, has left in the cache, and where it had come from.

    Without `released` an official release does not count: it came without a hash.
    """
    root = cache.root()
    places = (
        (release_key(tool), "bin", "the official release"),
        (f"{tool.name}-distribution", "", "the distribution's package"),
        (build_key(tool), "", "built from its Go module"),
    )
    for key, folder, origin in places[0 if released else 1 :]:
        if (root / key).exists():
            return _commands(tool, root / key / folder), f"{origin}, from the cache"
    return None


def _commands(tool: Tool, folder: Path) -> dict[str, Path]:
    return {command: folder / command for command in tool.commands}
