"""The state of a stack on this machine: where it is damaged or gone, the engine's own backup of it comes back.

A file backend keeps `<state>/.pulumi/stacks/<project>/<stack>.json`, beside it the version before the last one as
`.json.bak`, and earlier ones in `.pulumi/backups`. A shared backend is left alone: it has versions of its own.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path


def mend(state: Path | None, stack: str) -> Path | None:
    """Bring back a stack's state from its newest backup that can be read, and return that; None if nothing is wrong.

    A damaged state stays beside it as `.json.damaged`.

    Args:
        state: the folder of the backend; None: it is not on this machine.
        stack: name of the stack.

    """
    if state is None:
        return None
    for folder in (state / ".pulumi" / "stacks").glob("*"):
        file = folder / f"{stack}.json"
        if resources(file) is not None:
            continue
        found = next((backup for backup in _backups(state, file) if resources(backup)), None)
        if found:
            if file.exists():
                file.replace(file.with_suffix(".json.damaged"))
            shutil.copy(found, file)
            return found
    return None


def _backups(state: Path, file: Path) -> Iterator[Path]:
    yield file.with_suffix(".json.bak")
    earlier = (state / ".pulumi" / "backups" / file.parent.name / file.stem).glob("*.json")
    yield from sorted(earlier, key=lambda path: path.stat().st_mtime, reverse=True)


def resources(file: Path) -> int | None:
    """Return the number of resources in a state; None where it cannot be read."""
    try:
        return len((json.loads(file.read_bytes())["checkpoint"].get("latest") or {}).get("resources") or [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
