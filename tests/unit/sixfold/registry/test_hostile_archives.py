"""Tars that somebody made by hand: nothing of them is written, nothing outside changes, and memory stays small."""

import io
import tarfile
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from sixfold.registry.archive import _MAX_HEADER, MAX_BYTES, MAX_FILES, pack, tree_digest, unpack

ANY = "0" * 64


def member(name: str, **fields: object) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(made, field, value)
    return made


def of(*members: tarfile.TarInfo) -> Callable[[Path], None]:
    """Return a function that writes a tar of these members, with as many bytes behind each as a file has."""

    def write(path: Path) -> None:
        with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
            for each in members:
                tar.addfile(each, io.BytesIO(bytes(each.size)) if each.isreg() else None)

    return write


def _through_links(path: Path) -> None:
    """Write a file through links whose path is longer than the system takes: how Python's own filter was led astray."""
    deep = "d" * 200
    links = [member("/".join([deep] * number), type=tarfile.DIRTYPE) for number in range(1, 21)]
    out = member("x", type=tarfile.SYMTYPE, linkname="/".join([deep] * 20) + "/" + "../" * 30)
    of(*links, out, member("x/outside", size=3))(path)


def _huge_header(path: Path) -> None:
    header = member("h", type=tarfile.XHDTYPE, size=64 << 20).tobuf(tarfile.USTAR_FORMAT)
    path.write_bytes(header + bytes(64 << 20))


def _sparse_headers(path: Path) -> None:
    """Write a header of GNU's sparse files that goes on for ever."""
    block = bytearray(512)
    block[504] = 1
    start = bytearray(member("s", type=tarfile.GNUTYPE_SPARSE).tobuf(tarfile.GNU_FORMAT))
    start[482] = 1
    start[148:156] = b"%06o\0 " % (sum(start[:148]) + 256 + sum(start[156:512]))
    path.write_bytes(bytes(start) + bytes(block) * 50_000)


def _cut_short(path: Path) -> None:
    of(member("a", size=5_000))(path)
    path.write_bytes(path.read_bytes()[:2_000])


HOSTILE: dict[str, Callable[[Path], None]] = {
    "symbolic link": of(member("a", type=tarfile.SYMTYPE, linkname="/etc/passwd")),
    "hard link": of(member("a", type=tarfile.LNKTYPE, linkname="../../outside")),
    "through links": _through_links,
    "device": of(member("a", type=tarfile.CHRTYPE)),
    "pipe": of(member("a", type=tarfile.FIFOTYPE)),
    "folder": of(member("a", type=tarfile.DIRTYPE)),
    "absolute": of(member("/outside")),
    "above": of(member("a/../../outside")),
    "dot": of(member("./a")),
    "two slashes": of(member("a//b")),
    "empty name": of(member("")),
    "twice": of(member("a", size=1), member("a", size=1)),
    "file and folder": of(member("a", size=1), member("a/b", size=1)),
    "sparse of a tebibyte": of(member("a", pax_headers={"GNU.sparse.size": str(1 << 40), "GNU.sparse.map": "0,1"})),
    "longer than all": of(member("a", pax_headers={"size": str(MAX_BYTES + 1)})),
    "negative": of(member("a", pax_headers={"size": "-512"})),
    "header of 64 MiB": _huge_header,
    "endless header": _sparse_headers,
    "long name": of(member("a" * (_MAX_HEADER + 1))),
    "too many": of(*(member(str(number)) for number in range(MAX_FILES + 1))),
    "cut short": _cut_short,
    "gzip": lambda path: path.write_bytes(b"\x1f\x8b\x08" + bytes(600)) and None,
    "nothing": lambda path: path.write_bytes(b"") and None,
    "no tar": lambda path: path.write_bytes(b"#!/bin/sh\n" * 200) and None,
    "another digest": of(member("a", size=1)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_tar_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in" / "side"
    inside.mkdir(parents=True)
    HOSTILE[name](tmp_path / "evil.tar")
    before = sorted(tmp_path.rglob("*"))
    tracemalloc.start()
    with pytest.raises((tarfile.TarError, ValueError)):
        unpack(tmp_path / "evil.tar", inside, ANY)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sorted(tmp_path.rglob("*")) == before
    assert peak < 64 << 20


def test_names_of_any_alphabet_and_length_come_back(tmp_path: Path) -> None:
    for name in ("ä" * 120, "日本/語", " ", "a b\nc", "-"):
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_text(name)
    pack(tmp_path / "root", tmp_path / "one.tar")
    unpack(tmp_path / "one.tar", tmp_path / "copy", tree_digest(tmp_path / "root"))
    assert tree_digest(tmp_path / "copy") == tree_digest(tmp_path / "root")


def test_a_file_that_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a").write_text("new")
    pack(tmp_path / "root", tmp_path / "one.tar")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "a").write_text("old")
    with pytest.raises(FileExistsError):
        unpack(tmp_path / "one.tar", tmp_path / "copy", tree_digest(tmp_path / "root"))
    assert (tmp_path / "copy" / "a").read_text() == "old"
