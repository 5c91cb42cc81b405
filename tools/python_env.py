"""Makes `.venv` from the hashed lock."""

import hashlib
import os
import shutil
import sys
from pathlib import Path

from tools import cache, debian
from tools.catalogue import outside_environments, parse_version, version_of
from tools.console import StepFailed
from tools.processes import CommandFailed, run

_MINIMUM_UV = (0, 5)
_PINS = Path(__file__).with_name("uv.txt")


def digest(project: Path) -> str:
    """Digest what the environment is made from: when it changes, the environment is brought up to date."""
    return hashlib.sha256(b"\0".join([*_inputs(project), sys.version.encode()])).hexdigest()


def inputs(project: Path) -> str:
    """Digest what the environment is made from, whatever Python makes it."""
    return hashlib.sha256(b"\0".join(_inputs(project))).hexdigest()


def _inputs(project: Path) -> list[bytes]:
    files = (project / "requirements.lock", project / "pyproject.toml", *of_products(project))
    return [file.read_bytes() for file in files]


def of_products(project: Path) -> list[Path]:
    """Return the files of what products require beside the lock, in the project and in the folders that it names.

    The list of folders (`sixfold.elsewhere`) is read by hand: nothing is installed yet.
    """
    products = project / "products"
    listed = products / "elsewhere.yaml"
    lines = listed.read_text().splitlines() if listed.is_file() else []
    places = [products, *(products / line[2:].strip().strip("\"'") for line in lines if line.startswith("- "))]
    return sorted(file for place in places for file in place.glob("*/requirements.txt"))


async def find_uv() -> Path:
    """Give uv: from PATH, else installed by pip into the cache from its hashed pin; on Debian even without a pip.

    Raises:
        StepFailed: there is neither uv nor a pip that can fetch it.

    """
    # The environment's own uv may be what `make` put first on PATH: it would become a link to itself.
    found = shutil.which("uv", path=outside_environments(os.environ.get("PATH", os.defpath)))
    if found and version_of(Path(found), "--version") >= _MINIMUM_UV:
        return Path(found)
    pinned = parse_version(_PINS.read_text())

    async def make(draft: Path) -> None:
        log = cache.log("uv")
        pip = await _pip(draft / "pip", log)
        await run(sys.executable, *pip, "install", "--target", draft, "--require-hashes", "-r", _PINS, log=log)

    try:
        entry = await cache.obtain("uv-" + ".".join(map(str, pinned)), make)
    except CommandFailed as error:
        remedy = "install uv (docs.astral.sh/uv), or pip for this python (Debian: apt-get install python3-pip)"
        raise StepFailed("getting uv", why=str(error), remedy=remedy) from error
    return entry / "bin" / "uv"


async def _pip(scratch: Path, log: Path) -> tuple[str, ...]:
    """Say how to run pip: as this Python's own module, else out of the wheel that Debian packs apart from Python."""
    try:
        await run(sys.executable, "-m", "pip", "--version", log=log)
    except CommandFailed:
        await debian.unpack(("python3-pip-whl",), scratch, log)
        wheel = next(scratch.glob("usr/share/python-wheels/pip-*.whl"))  # noqa: ASYNC240 - one file
        return (str(wheel / "pip"),)
    return ("-m", "pip")


async def make(project: Path, uv: Path) -> None:
    """Bring `.venv` in line with the lock, and install the project into it, editable.

    Raises:
        StepFailed: a package could not be had, or does not match its hash.

    """
    log = cache.log("python")
    environment = project / ".venv"
    python = environment / "bin" / "python"
    pip = (uv, "pip")
    try:
        if version_of(python, "--version") < (3, 11):
            await run(uv, "venv", "--clear", "--python", sys.executable, environment, log=log)
        # Compiled once here: where bytecode is not written, each start of a tool would compile for seconds.
        locked = ("--require-hashes", "--compile-bytecode", "requirements.lock")
        await run(*pip, "sync", "--python", python, *locked, log=log, cwd=project)
        editable = ("--no-build-isolation", "--no-deps", "--editable", project)  # hatchling is in the lock
        await run(*pip, "install", "--python", python, *editable, log=log, cwd=project)
        for file in of_products(project):  # the lock is a constraint: a product cannot change what others run on
            theirs = ("--constraints", "requirements.lock", "--requirements", file)
            await run(*pip, "install", "--python", python, *theirs, log=log, cwd=project)
    except CommandFailed as error:
        remedy = "see the package index that pip or uv is set to use (PIP_INDEX_URL, UV_INDEX_URL), then run make again"
        raise StepFailed("making .venv from requirements.lock", why=str(error), remedy=remedy) from error
