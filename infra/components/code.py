"""Which code a process runs, as one short text: a change of it restarts the process."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path


def digest(root: Path, packages: Iterable[str]) -> str:
    """Return 16 hex digits of SHA-256 over the paths and the bytes of all Python files of `packages` below `root`."""
    found = sha256()
    for path in sorted(path for package in packages for path in (root / package).rglob("*.py")):
        found.update(sha256(path.relative_to(root).as_posix().encode()).digest())
        found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()[:16]
