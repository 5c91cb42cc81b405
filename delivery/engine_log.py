"""The log of an engine's `up` or `destroy`: a person reads its stages, and its lines only where it stopped."""

import re
from pathlib import Path

_TAIL = 60
_COUNTS = re.compile(r"^[-+~ ]*(\d+ (?:created|updated|replaced|deleted|unchanged|discarded|imported))$", re.MULTILINE)
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def begin(home: Path, stack: str) -> Path:
    """Return the file for the engine's lines of one run. That of the run before is kept beside it, as `.log.1`."""
    path = place(home, stack)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.replace(path.with_suffix(".log.1"))
    return path


def place(home: Path, stack: str) -> Path:
    """Return the path of the engine's log of a stack."""
    return home / "logs" / f"engine-{stack}.log"


def counts(path: Path) -> str:
    """Return the numbers of resources with which the engine ended, such as "3 created, 120 unchanged"."""
    return ", ".join(_COUNTS.findall(_text(path)))


def last(path: Path) -> str:
    """Return the last line of the log, which is the resource that the engine has just begun or ended."""
    return next((line.strip() for line in reversed(_text(path).splitlines()) if line.strip()), "")


def failure(path: Path) -> str:
    """Return the part of the log that says why the engine stopped: its diagnostics, else its last lines."""
    text = _text(path)
    _, mark, diagnostics = text.rpartition("Diagnostics:\n")
    return mark + diagnostics if mark else "\n".join(text.splitlines()[-_TAIL:])


def _text(path: Path) -> str:
    return _COLOUR.sub("", path.read_text(errors="replace"))
