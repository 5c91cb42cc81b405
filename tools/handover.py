"""Hands an environment from a CI job without credentials to one that builds nothing (`make pack`, `make restore`).

Building runs code of packages, of compilers and of installers. Restoring an environment runs none of it: the file has
the digest that the first job gave, or nothing is written. Standard library only: it runs before anything is installed.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from tools import cache, python_env
from tools.console import StepFailed
from tools.stamp import Stamp

_PROJECT = Path(__file__).resolve().parents[1]
FILE = Path("build", "environment.tar")
_ABOUT, _VENV, _CACHE = "about.json", ".venv", "cache"
_VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"


def pack(project: Path) -> str:
    """Write `.venv` and the cached binaries that it leads to into one file, and return its digest."""
    root, environment, to = cache.root(), project / _VENV, project / FILE
    about = {"project": str(project), "cache": str(root), "python": _VERSION, "inputs": python_env.inputs(project)}
    to.parent.mkdir(exist_ok=True)
    with tarfile.open(to, "w") as tar:
        text = json.dumps(about).encode()
        member = tarfile.TarInfo(_ABOUT)
        member.size = len(text)
        tar.addfile(member, io.BytesIO(text))
        tar.add(environment, _VENV)
        for entry in sorted({file.relative_to(root).parts[0] for file in Stamp(environment).files_in(root)}):
            tar.add(root / entry, f"{_CACHE}/{entry}")
    return _digest(to)


def restore(project: Path, digest: str) -> None:
    """Unpack the file of the same commit into a project and a cache that have other places.

    Raises:
        StepFailed: it is not the file with that digest, or is of no use here. Nothing is written then.

    """
    file, environment, root = project / FILE, project / _VENV, cache.root()
    if (found := _digest(file)) != digest:
        raise _refused(f"{FILE} has the digest {found}, and not {digest or 'a given one'}", "run both jobs again")
    with tarfile.open(file) as tar:
        about = json.load(tar.extractfile(_ABOUT) or io.BytesIO(b"{}"))
        if about["python"] != _VERSION:
            raise _refused(f"it was built with Python {about['python']}, and this is {_VERSION}", "give both the same")
        if about["inputs"] != python_env.inputs(project):
            raise _refused("it was built from another lock", "build and restore the same commit")
        members = [member for member in tar.getmembers() if member.name != _ABOUT]
        if strange := [member.name for member in members if not _is_ours(member)]:
            raise _refused(f"it has {strange[0]} in it, which is no part of an environment", "see what packed it")
        with tempfile.TemporaryDirectory(dir=project, prefix=".restored.") as draft:
            tar.extractall(draft, members, filter="tar")
            shutil.rmtree(environment, ignore_errors=True)
            Path(draft, _VENV).rename(environment)
            for entry in Path(draft, _CACHE).glob("*"):
                shutil.rmtree(root / entry.name, ignore_errors=True)
                shutil.move(entry, root / entry.name)
    _move(environment, {about["project"]: str(project), about["cache"]: str(root)})
    Stamp(environment).again("python", python_env.digest(project))


def _is_ours(member: tarfile.TarInfo) -> bool:
    """Return whether a member is a file, a folder or a link at a place below `.venv` or `cache`."""
    parts = PurePosixPath(member.name).parts
    linked = PurePosixPath(member.linkname).parts if member.islnk() else parts
    plain = member.isreg() or member.isdir() or member.issym() or member.islnk()
    return plain and all(path[:1] in {(_VENV,), (_CACHE,)} and ".." not in path for path in (parts, linked))


def _move(environment: Path, places: dict[str, str]) -> None:
    """Write the new places where an environment has its old ones: in scripts, in links, and in what finds packages."""
    for file in _with_places(environment):
        text = file.read_bytes()
        moved = text
        for old, new in places.items():
            moved = moved.replace(old.encode(), new.encode())
        if moved != text:
            mode = file.stat().st_mode
            file.write_bytes(moved)
            file.chmod(mode)
    for link in (each for each in (environment / "bin").iterdir() if each.is_symlink()):
        target = str(link.readlink())
        for old, new in places.items():
            if Path(target).is_relative_to(old):
                _relink(link, Path(new, Path(target).relative_to(old)))
    _relink(environment / "bin" / "python", Path(sys.executable).resolve())
    settings = environment / "pyvenv.cfg"
    lines = [line for line in settings.read_text().splitlines() if not line.startswith("home ")]
    settings.write_text("\n".join([f"home = {Path(sys.executable).resolve().parent}", *lines, ""]))


def _with_places(environment: Path) -> Iterator[Path]:
    yield from (file for file in (environment / "bin").iterdir() if file.is_file() and not file.is_symlink())
    yield from (environment / "bootstrap.json", environment / "pyvenv.cfg")
    (packages,) = environment.glob("lib/python*/site-packages")
    yield from (*packages.glob("*.pth"), *packages.glob("*.dist-info/direct_url.json"), *packages.glob("__editable__*"))


def _relink(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _digest(file: Path) -> str:
    if not file.is_file():
        raise _refused(f"there is no {file}", "download what the job that builds has uploaded")
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _refused(why: str, remedy: str) -> StepFailed:
    return StepFailed("handing over the environment", why=why, remedy=remedy)


def main() -> None:
    """Pack or restore; a digest goes to where a job's outputs are written, and to the terminal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--restore", metavar="DIGEST", help="unpack what has this digest; without it, pack")
    given = parser.parse_args()
    try:
        if given.restore is not None:
            restore(_PROJECT, given.restore)
            return
        digest = pack(_PROJECT)
    except StepFailed as failure:
        sys.exit(str(failure))
    if outputs := os.environ.get("GITHUB_OUTPUT"):
        with Path(outputs).open("a") as file:
            file.write(f"digest={digest}\n")
    print(f"{FILE} has the digest {digest}")


if __name__ == "__main__":
    main()
