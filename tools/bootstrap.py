"""Gets everything that the platform needs onto this machine: `.venv`, and the binaries in it. Run by `make`.

Standard library only: it runs before anything is installed.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python is told so
    version = ".".join(map(str, sys.version_info[:3]))
    sys.exit(f"Sixfold needs Python 3.11 or newer, and this is {version}.\n  → make PYTHON=python3.11 …")

import argparse
import asyncio
import signal
from pathlib import Path

if not __package__:  # run as a script, by a Python that knows nothing of this project
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from tools import launchers, python_env
from tools.catalogue import ACTIONLINT, ALERTMANAGER, CONTROLPLANE, PROMETHEUS, PULUMI, Tool
from tools.chooser import Chooser, describe
from tools.console import Console, StepFailed
from tools.stamp import Stamp, digest_of

_PROJECT = Path(__file__).resolve().parents[1]
_ENVIRONMENT = _PROJECT / ".venv"
_PARTS: dict[str, tuple[Tool, ...]] = {
    "python": (),
    "pulumi": (PULUMI,),
    "monitoring": (PROMETHEUS, ALERTMANAGER),
    "cluster": (CONTROLPLANE,),
    "workflows": (ACTIONLINT,),
}
_DEFAULT = ["python", "pulumi", "monitoring"]  # only tests need the others, and they ask for them


async def bootstrap(parts: list[str], *, built: bool = False, pinned: bool = False) -> None:
    """Make what is missing, side by side; `built`: nothing may be; `pinned`: only from what has a hash here.

    Raises:
        ExceptionGroup: of StepFailed, for each part that failed.
        StepFailed: something is missing where nothing may be made.

    """
    stamp = Stamp(_ENVIRONMENT)
    has_python = stamp.holds("python", python_env.digest(_PROJECT))
    tools = [tool for part in parts for tool in _PARTS[part]]
    missing = [tool for tool in tools if not (has_python and stamp.holds(tool.name, digest_of(tool)))]
    if has_python and not missing:
        return
    if built:
        what = [*([] if has_python else [".venv"]), *(tool.name for tool in missing)]
        why = f"{', '.join(what)}: not there, or not made from what is committed, and nothing is built here"
        raise StepFailed("finding what was built", why=why, remedy="make restore DIGEST=…, of the same commit")
    console = Console()
    ticker = asyncio.create_task(console.tick())
    try:
        uv = await python_env.find_uv()
        async with asyncio.TaskGroup() as group:
            chooser = Chooser(uv, group.create_task(_python(uv, stamp, console)), console, pinned=pinned)
            for tool in missing:
                group.create_task(_install(tool, chooser, stamp, console))
    finally:
        ticker.cancel()
    console.say("bootstrap", "done: every command is in .venv/bin")


async def _python(uv: Path, stamp: Stamp, console: Console) -> Path:
    """Make the environment; give its interpreter."""
    digest = python_env.digest(_PROJECT)
    python = _ENVIRONMENT / "bin" / "python"
    if not stamp.holds("python", digest):
        console.say("python", f".venv from requirements.lock, with {uv}")
        with console.working("python", "installing packages"):
            await python_env.make(_PROJECT, uv)
        launchers.install(_ENVIRONMENT / "bin", {"uv": uv})
        stamp.put("python", digest, [python, uv])
        console.say("python", ".venv is ready")
    return python


async def _install(tool: Tool, chooser: Chooser, stamp: Stamp, console: Console) -> None:
    """Get one tool, and make its commands part of the environment."""
    choice = await chooser.choose(tool)
    console.say(tool.name, describe(tool, choice))
    await chooser.python  # making it anew would remove what is in it
    commands, _ = choice
    launchers.install(_ENVIRONMENT / "bin", commands)
    stamp.put(tool.name, digest_of(tool), [*commands.values(), *(_ENVIRONMENT / "bin" / name for name in commands)])


def main() -> None:
    """Parse the arguments, run, and turn failures into sentences."""
    parser = argparse.ArgumentParser(description="Get what Sixfold needs onto this machine.")
    parser.add_argument("--only", nargs="+", choices=list(_PARTS), default=_DEFAULT, help="python is always made")
    parser.add_argument("--built", action="store_true", help="fail where something is missing, and make nothing")
    parser.add_argument("--pinned", action="store_true", help="take nothing from PATH, and no release without a hash")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # asyncio then ends its tasks, and their processes
    failed = False
    try:
        asyncio.run(bootstrap(arguments.only, built=arguments.built, pinned=arguments.pinned))
    except* StepFailed as group:
        for failure in group.exceptions:
            print(f"\n{failure}", file=sys.stderr)
        failed = True
    except* KeyboardInterrupt:
        print("\ninterrupted: nothing is left half-made, and make goes on where it stopped", file=sys.stderr)
        failed = True
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
