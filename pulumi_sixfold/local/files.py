"""Files that only their owner reads, since they may hold secrets."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from pulumi_sixfold.kit.errors import ProviderError


def own_folder(folder: Path) -> None:
    """Create a folder with mode 0700 if it does not exist.

    Raises:
        ProviderError: it belongs to another user, who could change what is run from it.

    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise ProviderError(
            f"the folder {folder} belongs to another user, who could change the programs that are run from it",
            remedy="choose a home of your own: SIXFOLD_HOME",
        )


def write_private(path: Path, text: str) -> None:
    """Write a file with mode 0600, whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def write_all(folder: Path, files: Mapping[str, str], stale: Collection[str]) -> None:
    """Write relative path → text below a folder, and remove the stale ones."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in stale:
        (folder / path).unlink(missing_ok=True)
    for path, text in files.items():
        write_private(folder / path, text)
