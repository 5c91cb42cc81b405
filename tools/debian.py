"""Takes files out of the distribution's packages, without installing them: no service starts, nothing else changes."""

import os
import shutil
from pathlib import Path

from tools.processes import CommandFailed, run


async def unpack(packages: tuple[str, ...], into: Path, log: Path) -> None:
    """Download packages with apt, which verifies them, and unpack them into a folder.

    Raises:
        CommandFailed: there is no apt here, or it does not have them.

    """
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise CommandFailed("there is no apt here")
    packed = into / "packed"
    packed.mkdir(parents=True)
    try:
        await run("apt-get", "download", *packages, log=log, cwd=packed)
    except CommandFailed:
        if os.geteuid() != 0:
            raise
        await run("apt-get", "update", log=log)  # a fresh container has no lists
        await run("apt-get", "download", *packages, log=log, cwd=packed)
    for package in packed.glob("*.deb"):
        await run("dpkg-deb", "--extract", package, into, log=log)
    shutil.rmtree(packed)
