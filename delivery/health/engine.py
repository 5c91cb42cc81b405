"""The engine's files of a stack on this machine: its state, its locks, and whether the stack file is applied."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from delivery.checkpoint import resources
from delivery.health.finding import Finding
from delivery.locks import UNFINISHED_SECONDS, is_dead
from delivery.served import describe
from sixfold.registry.ledger import Versions
from sixfold.stack import Settings


def judge_state(state: Path, stack: str, *, runs: bool, up: str) -> Finding:
    """Judge the state in the folder of a file backend; `runs`: processes of the stack are there.

    `up` brings back the newest backup of a state that cannot be read, and adopts what runs where there is no backup.
    """
    files = list((state / ".pulumi" / "stacks").glob(f"*/{stack}.json"))
    count = resources(files[0]) if files else None
    if files and count is None:
        says = f"{files[0]} cannot be read: it was cut or damaged"
        return Finding("state", stack, well=False, says=says, remedy=f"{up}: it brings back the engine's own backup")
    if runs and not count:
        says = f"it is {'empty' if files else 'gone'}, and processes of the stack run"
        return Finding("state", stack, well=False, says=says, remedy=f"{up}: it takes over what runs")
    return Finding("state", stack, well=True, says=f"{count} resources" if files else "none yet")


def judge_locks(state: Path, stack: str) -> Iterator[Finding]:
    """Judge the locks of a stack: one that nobody finished writing, or whose engine is dead, is in the way."""
    recover = f"`sixfold recover --stack {stack}`"
    for path in sorted((state / ".pulumi" / "locks").glob(f"*/*/{stack}/*")):
        try:
            holder = json.loads(path.read_text())
            pid, dead = holder["pid"], is_dead(holder)
        except FileNotFoundError:
            continue
        except (ValueError, KeyError, TypeError):
            if time.time() - path.stat().st_mtime > UNFINISHED_SECONDS:
                yield Finding("lock", path.name, well=False, says="was never written to its end", remedy=recover)
            continue
        says = f"its engine (pid {pid}) {'was killed' if dead else 'is at work'}"
        yield Finding("lock", path.name, well=not dead, says=says, remedy=recover if dead else None)


def judge_applied(settings: Settings, live: Mapping[str, Versions], file: Path, up: str) -> Iterator[Finding]:
    """Judge whether the releases that the stack file names are those of the last apply."""
    for product in sorted(settings.products.keys() | live.keys()):
        pinned = settings.products.get(product, {})
        wanted = {version: traffic.releases for version, traffic in pinned.items() if traffic.releases}
        if wanted != dict(live.get(product, {})):
            says = (
                f"it names {describe(wanted) or 'no release'}, and {describe(live.get(product, {})) or 'none'} answers"
            )
            back = f"{up} applies it; `git diff {file.name}` shows what was edited"
            yield Finding("stack file", product, well=False, says=says, remedy=back)
