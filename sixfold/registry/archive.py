r"""Digest and tar archive of a directory; both depend on its files alone, so that releases are content-addressed.

The digest covers names and bytes, nothing else, and can be checked without us, inside the directory:
`find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum`. in-toto calls it `dirHash`.
"""

import hashlib
import tarfile
from collections.abc import Iterable, Iterator
from io import BufferedReader, FileIO
from pathlib import Path, PurePosixPath
from typing import BinaryIO

MAX_BYTES = 4 << 30
"""Bytes of a tar, and of all files in it: a release has tens of megabytes."""
MAX_FILES = 5_000
_MAX_HEADER = 64 << 10  # bytes of one member's headers: names of any length that a file system takes
_CHUNK = 1 << 20


def tree_digest(directory: Path) -> str:
    """Return the sha256 (hex) of the sorted `sha256sum` lines of every file below a directory.

    Raises:
        ValueError: something there is neither a file nor a directory; a link could point anywhere.

    """
    return _digest((name, _file_digest(path)) for name, path in _files(directory))


def pack(directory: Path, archive: Path) -> None:
    """Write a tar whose bytes depend on the names and bytes of the files alone: no times, no owners, no modes."""
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in _files(directory):
            member = tarfile.TarInfo(name)
            member.size = path.stat().st_size
            with path.open("rb") as content:
                tar.addfile(member, content)


def unpack(archive: Path, directory: Path, digest: str) -> None:
    """Write the files of a tar into a directory, once their names and bytes are known to give the digest.

    A tar from outside is hostile until then: nothing is written before, and a header takes no more memory than the
    longest name needs. `pack` writes regular files alone, and any other member is refused.

    Raises:
        tarfile.TarError: it is not a tar, is not of the digest, or has a member that `pack` does not write.
        ValueError: a name in it is not UTF-8.

    """
    members = list(_members(archive))
    with archive.open("rb") as content:
        found = _digest((member.name, _sha256(content, member)) for member in members)
        if found != digest:
            raise tarfile.ReadError(f"its content gives {found}")
        for member in members:
            place = directory / member.name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("xb") as file:
                file.writelines(_chunks(content, member))


class _Headers(BufferedReader):
    """A file for `tarfile` to read headers from, no more bytes of them than `left` says."""

    left = _MAX_HEADER

    def read(self, size: int | None = -1, /) -> bytes:
        self.left -= size if size and size > 0 else self.left + 1
        if self.left < 0:
            raise tarfile.ReadError(f"a member has more than {_MAX_HEADER} bytes of headers")
        return super().read(size)


def _members(archive: Path) -> Iterator[tarfile.TarInfo]:
    """Read the headers alone, and refuse what `pack` does not write."""
    names, total = set[str](), 0
    with _Headers(FileIO(archive)) as headers, tarfile.open(fileobj=headers, mode="r:") as tar:
        while (member := tar.next()) is not None:
            _require_plain(member, names)
            names.add(member.name)
            total += member.size
            if total > MAX_BYTES or len(names) > MAX_FILES:
                raise tarfile.ReadError(f"it has more than {MAX_FILES} files, or more than {MAX_BYTES} bytes in them")
            yield member
            headers.left = _MAX_HEADER
    for name in names:
        if above := names.intersection(map(str, PurePosixPath(name).parents)):
            raise tarfile.ReadError(f"{above.pop()!r} is a file, and {name!r} lies in it")


def _require_plain(member: tarfile.TarInfo, names: set[str]) -> None:
    name = PurePosixPath(member.name)
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse is not None or member.size < 0:
        raise tarfile.ReadError(f"{member.name!r} is no regular file")
    if str(name) != member.name or name.is_absolute() or not name.parts or ".." in name.parts or "\0" in member.name:
        raise tarfile.ReadError(f"{member.name!r} is no name below the folder")
    if member.name in names:
        raise tarfile.ReadError(f"{member.name!r} is in it twice")


def _chunks(content: BinaryIO, member: tarfile.TarInfo) -> Iterator[bytes]:
    content.seek(member.offset_data)
    left = member.size
    while left:
        chunk = content.read(min(left, _CHUNK))
        if not chunk:
            raise tarfile.ReadError(f"it ends within {member.name!r}")
        left -= len(chunk)
        yield chunk


def _sha256(content: BinaryIO, member: tarfile.TarInfo) -> str:
    hashed = hashlib.sha256()
    for chunk in _chunks(content, member):
        hashed.update(chunk)
    return hashed.hexdigest()


def _digest(files: Iterable[tuple[str, str]]) -> str:
    """Return the digest of (name, sha256) pairs, in the byte order of the names, which no locale changes."""
    ordered = sorted(files, key=lambda file: file[0].encode())
    return hashlib.sha256("".join(f"{sha256}  {name}\n" for name, sha256 in ordered).encode()).hexdigest()


def _files(directory: Path) -> list[tuple[str, Path]]:
    """Return (name, path) of every file, in the byte order of the names."""
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
