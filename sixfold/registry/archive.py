r"""Digest and tar archive of a directory; both depend on its files alone, so that releases are content-addressed.

The digest covers names and bytes, nothing else, and can be checked without us, inside the directory:
`find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum`.
"""

import hashlib
import tarfile
from pathlib import Path


def tree_digest(directory: Path) -> str:
    """Return the sha256 (hex) of the sorted `sha256sum` lines of every file below a directory.

    Raises:
        ValueError: something there is neither a file nor a directory; a link could point anywhere.

    """
    lines = [f"{_file_digest(path)}  {name}\n" for name, path in _files(directory)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def pack(directory: Path, archive: Path) -> None:
    """Write a tar whose bytes depend on the names and bytes of the files alone: no times, no owners, no modes."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _files(directory):
            member = tarfile.TarInfo(name)
            member.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(member, content)


def unpack(archive: Path, directory: Path) -> None:
    """Unpack a tar from outside; members that would land elsewhere are refused.

    Raises:
        tarfile.TarError: it is not a tar, or has a member that leaves the directory.

    """
    with tarfile.open(archive, "r:") as tar:
        tar.extractall(directory, filter="data")


def _files(directory: Path) -> list[tuple[str, Path]]:
    """Return (name, path) of every file, in the byte order of the names, which no locale changes."""
    found = []
    for path in directory.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise ValueError(f"{path} is neither a file nor a directory")
        if path.is_file():
            found.append((path.relative_to(directory).as_posix(), path))
    return sorted(found, key=lambda item: item[0].encode())


def _file_digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
