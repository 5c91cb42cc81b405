"""The per-user cache of binaries: an entry is a folder, whole or absent, and made by one process at a time."""

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path


def root() -> Path:
    """Give the cache's folder, made when missing; the run ends with a sentence where there is no place for it."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sixfold"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: a user without a home
        raise SystemExit(
            f"there is no place for the cache: {error}\n  → set XDG_CACHE_HOME to a folder of yours"
        ) from error
    return folder


def log(name: str) -> Path:
    """Give the log of a step, emptied for this run."""
    file = root() / "logs" / f"{name}.log"
    file.unlink(missing_ok=True)
    return file


async def obtain(key: str, make: Callable[[Path], Awaitable[None]]) -> Path:
    """Give the entry's folder; when there is none, `make` fills a draft that becomes the entry in one step.

    Args:
        key: the entry's name, with whatever distinguishes its content.
        make: fills the folder that it is given, or raises.

    """
    entry = root() / key
    if entry.exists():
        return entry
    async with _lock(root() / f"{key}.lock"):
        if entry.exists():  # another clone made it while we waited
            return entry
        for leftover in root().glob(f".{key}.*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{key}.", dir=root()))
        try:
            await make(draft)
            draft.rename(entry)  # noqa: ASYNC240 - a rename does not wait
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return entry


@contextlib.asynccontextmanager
async def _lock(file: Path) -> AsyncIterator[None]:
    """Hold the file's lock; the kernel gives it back when the process dies."""
    with file.open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.5)
        yield
