"""An environment that one job builds and another one restores: at another place, whole, or not at all."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tools import handover, python_env
from tools.catalogue import PULUMI
from tools.console import StepFailed
from tools.stamp import Stamp, digest_of

Make = Callable[[str], Path]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A function `(machine) -> project` that moves to a machine with a cache and a project of its own."""

    def at(machine: str) -> Path:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / machine / "cache"))
        project = tmp_path / machine / "project"
        (project / "products").mkdir(parents=True, exist_ok=True)
        for name in ("requirements.lock", "pyproject.toml"):
            (project / name).write_text("the same")
        return project

    return at


@pytest.fixture
def packed(place: Make) -> tuple[bytes, str]:
    """What a machine has packed: a script, a package, an engine in the cache."""
    project = place("build")
    engine = handover.cache.root() / "pulumi-1" / "pulumi"
    packages = project / ".venv" / "lib" / "python3" / "site-packages"
    (project / ".venv" / "bin").mkdir(parents=True)
    for folder in (packages, engine.parent):
        folder.mkdir(parents=True)
    engine.write_text("#!/bin/sh\necho engine\n")
    engine.chmod(0o755)
    (project / ".venv" / "bin" / "pulumi").write_text(f'#!/bin/sh\nexec "{engine}" "$@"\n')
    (project / ".venv" / "bin" / "pulumi").chmod(0o755)
    (project / ".venv" / "bin" / "linked").symlink_to(engine)
    (project / ".venv" / "bin" / "python").symlink_to("/somewhere/else/python")
    (project / ".venv" / "pyvenv.cfg").write_text("home = /somewhere/else\nversion = 1\n")
    (packages / "sixfold.pth").write_text(str(project))
    (project / ".venv" / "kept.txt").write_text(str(project))
    stamp = Stamp(project / ".venv")
    stamp.put("python", python_env.digest(project), [project / ".venv" / "bin" / "python"])
    stamp.put("pulumi", digest_of(PULUMI), [engine, project / ".venv" / "bin" / "pulumi"])
    digest = handover.pack(project)
    return (project / handover.FILE).read_bytes(), digest


@pytest.fixture
def arrived(packed: tuple[bytes, str], place: Make) -> Path:
    """A project on another machine, to which the file was brought."""
    project = place("apply")
    (project / "build").mkdir()
    (project / handover.FILE).write_bytes(packed[0])
    return project


def test_it_works_at_its_new_place(arrived: Path, packed: tuple[bytes, str]) -> None:
    handover.restore(arrived, packed[1])
    binaries = arrived / ".venv" / "bin"
    for name in ("pulumi", "linked"):
        assert subprocess.check_output([binaries / name], text=True) == "engine\n"
        assert "apply" in str((binaries / name).resolve())
    assert (binaries / "python").resolve() == Path(sys.executable).resolve()
    assert "build" not in (binaries / "pulumi").read_text()
    (path,) = arrived.glob(".venv/lib/*/site-packages/sixfold.pth")
    assert path.read_text() == str(arrived)


def test_a_bootstrap_finds_nothing_missing_in_it(arrived: Path, packed: tuple[bytes, str]) -> None:
    handover.restore(arrived, packed[1])
    stamp = Stamp(arrived / ".venv")
    assert stamp.holds("python", python_env.digest(arrived))
    assert stamp.holds("pulumi", digest_of(PULUMI))
    assert str(arrived.parent / "cache") in (arrived / ".venv" / "bootstrap.json").read_text()


def test_the_digest_is_that_of_the_file(packed: tuple[bytes, str]) -> None:
    assert packed[1] == hashlib.sha256(packed[0]).hexdigest()


@pytest.mark.parametrize("given", ["", "0" * 64])
def test_another_digest_is_refused_and_nothing_is_written(arrived: Path, given: str) -> None:
    with pytest.raises(StepFailed, match="handing over"):
        handover.restore(arrived, given)
    assert not (arrived / ".venv").exists()


def test_a_changed_byte_is_refused(arrived: Path, packed: tuple[bytes, str]) -> None:
    (arrived / handover.FILE).write_bytes(packed[0].replace(b"echo engine", b"echo hacker"))
    with pytest.raises(StepFailed, match="handing over"):
        handover.restore(arrived, packed[1])
    assert not (arrived / ".venv").exists()


def test_that_of_another_commit_is_refused(arrived: Path, packed: tuple[bytes, str]) -> None:
    (arrived / "requirements.lock").write_text("other")
    with pytest.raises(StepFailed) as refused:
        handover.restore(arrived, packed[1])
    assert "another lock" in str(refused.value)
    assert not (arrived / ".venv").exists()


def test_no_file_is_a_sentence(arrived: Path) -> None:
    (arrived / handover.FILE).unlink()
    with pytest.raises(StepFailed) as refused:
        handover.restore(arrived, "0" * 64)
    assert "there is no" in str(refused.value)


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", ".venv/../Makefile", "Makefile", ".git/hooks/x", ""])
def test_what_is_no_part_of_an_environment_is_refused(arrived: Path, name: str) -> None:
    about = {"project": "/p", "cache": "/c", "python": handover._VERSION, "inputs": python_env.inputs(arrived)}
    with tarfile.open(arrived / handover.FILE, "w") as tar:
        for member, text in (("about.json", json.dumps(about).encode()), (name, b"x")):
            info = tarfile.TarInfo(member)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    digest = hashlib.sha256((arrived / handover.FILE).read_bytes()).hexdigest()
    with pytest.raises(StepFailed) as refused:
        handover.restore(arrived, digest)
    assert "no part of an environment" in str(refused.value)
    assert sorted(path.name for path in arrived.iterdir()) == sorted(
        ["build", "products", "pyproject.toml", "requirements.lock"]
    )


def test_where_nothing_may_be_built_a_missing_part_is_named(tmp_path: Path, tools: Path) -> None:
    project = tmp_path / "project"
    (project / "products").mkdir(parents=True)
    for name in ("requirements.lock", "pyproject.toml"):
        (project / name).write_text("")
    (project / "tools").symlink_to(tools)
    run = [sys.executable, "-c", f"import sys; sys.path[0] = {str(project)!r}; {_RUN}", str(project)]
    done = subprocess.run(run, cwd=project, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert ".venv, pulumi, prometheus, alertmanager: not there" in done.stderr
    assert not (project / ".venv").exists()


_RUN = """\
from pathlib import Path
from tools import bootstrap
bootstrap._PROJECT, bootstrap._ENVIRONMENT = Path(sys.argv[1]), Path(sys.argv.pop(), '.venv')
sys.argv.append('--built')
bootstrap.main()
"""
_RUN = f"exec({_RUN!r})"
