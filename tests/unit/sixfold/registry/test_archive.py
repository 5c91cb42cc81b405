import os
import subprocess
from pathlib import Path

import pytest

from sixfold.registry.archive import pack, tree_digest, unpack


def tree(root: Path) -> Path:
    (root / "b" / "deep").mkdir(parents=True)
    (root / "b" / "deep" / "é x.txt").write_text("one")
    (root / "B").write_text("two")
    (root / "b.txt").write_text("three")
    return root


def test_the_digest_is_what_coreutils_compute(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    command = "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum"
    output = subprocess.run(["bash", "-c", command], cwd=root, capture_output=True, text=True, check=True).stdout
    assert output.split()[0] == tree_digest(root)


def test_the_same_files_give_the_same_bytes_on_another_day(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    pack(root, tmp_path / "one.tar")
    os.utime(root / "B", (0, 0))
    (root / "B").chmod(0o700)
    pack(root, tmp_path / "two.tar")
    assert (tmp_path / "one.tar").read_bytes() == (tmp_path / "two.tar").read_bytes()


def test_packing_and_unpacking_keep_the_digest(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    pack(root, tmp_path / "one.tar")
    unpack(tmp_path / "one.tar", tmp_path / "copy", tree_digest(root))
    assert tree_digest(tmp_path / "copy") == tree_digest(root)


def test_moving_a_byte_from_a_name_to_a_content_changes_the_digest(tmp_path: Path) -> None:
    for folder, name, content in (("x", "ab", "c"), ("y", "a", "bc")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(content)
    assert tree_digest(tmp_path / "x") != tree_digest(tmp_path / "y")


def test_a_link_has_no_digest(tmp_path: Path) -> None:
    root = tree(tmp_path / "root")
    (root / "link").symlink_to("/etc/hostname")
    with pytest.raises(ValueError, match="link"):
        tree_digest(root)
