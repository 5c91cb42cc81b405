import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tools.catalogue import ALERTMANAGER, PROMETHEUS, PULUMI
from tools.chooser import Chooser
from tools.console import Console, StepFailed
from tools.gobuild import build_key
from tools.stamp import Stamp

MakeCommand = Callable[[str, str], Path]
GO_VERSION = '[ "$1" = version ] && echo go version go1.99.0 && exit'
BUILD = """
import asyncio, pathlib, signal
from tools import gobuild
from tools.catalogue import PULUMI
signal.signal(signal.SIGINT, signal.default_int_handler)  # where CI runs in the background it starts out ignored
asyncio.run(gobuild.build(PULUMI, pathlib.Path("uv")))
"""


@pytest.fixture
def only_these_commands(command: MakeCommand, monkeypatch: pytest.MonkeyPatch) -> MakeCommand:
    """A PATH without pulumi, prometheus and apt."""
    folder = command("sh", 'exec /bin/sh "$@"').parent
    monkeypatch.setenv("PATH", str(folder))
    return command


async def choose(tool: object) -> tuple[dict[str, Path], str]:
    async def no_sdk() -> Path:
        return Path("/nonexistent/python")

    return await Chooser(Path("uv"), asyncio.create_task(no_sdk()), Console()).choose(tool)  # type: ignore[arg-type]


def test_what_is_on_path_is_taken_first(cache_root: Path, only_these_commands: MakeCommand) -> None:
    (cache_root / build_key(PULUMI)).mkdir(parents=True)
    binary = only_these_commands("pulumi", "echo v3.300.0")
    assert asyncio.run(choose(PULUMI)) == ({"pulumi": binary}, "found on PATH")


def test_an_old_one_on_path_is_passed_over_for_the_cache(cache_root: Path, only_these_commands: MakeCommand) -> None:
    (cache_root / build_key(PULUMI)).mkdir(parents=True)
    only_these_commands("pulumi", "echo v3.1.0")
    commands, origin = asyncio.run(choose(PULUMI))
    assert commands == {"pulumi": cache_root / build_key(PULUMI) / "pulumi"}
    assert origin == "built from its Go module, from the cache"


def test_without_a_release_or_a_package_it_is_built(cache_root: Path, only_these_commands: MakeCommand) -> None:
    only_these_commands(
        "go", f'{GO_VERSION}\nwhile [ "$1" != -o ]; do shift; done\n: > "$2/prometheus"\n: > "$2/promtool"'
    )
    commands, origin = asyncio.run(choose(PROMETHEUS))
    assert origin == "built from its Go module"
    assert all(binary.exists() for binary in commands.values())
    assert set(commands) == {"prometheus", "promtool"}
    assert cache_root in commands["promtool"].parents


def test_a_build_that_makes_nothing_is_a_failure(cache_root: Path, only_these_commands: MakeCommand) -> None:
    only_these_commands("go", GO_VERSION)
    with pytest.raises(StepFailed, match="building prometheus"):
        asyncio.run(choose(PROMETHEUS))
    assert [each.name for each in cache_root.iterdir() if each.is_dir()] == ["logs"]


@pytest.mark.parametrize("tool", [PULUMI, ALERTMANAGER])
def test_a_build_that_fails_says_which_step_why_and_what_to_install(
    cache_root: Path, only_these_commands: MakeCommand, tool: object
) -> None:
    only_these_commands("go", f"{GO_VERSION}\necho dial tcp: no route to host\nexit 1")
    with pytest.raises(StepFailed) as failure:
        asyncio.run(choose(tool))
    assert "from its Go module failed" in str(failure.value)
    assert "dial tcp: no route to host" in str(failure.value)
    assert "→ install" in str(failure.value)
    assert [each.name for each in cache_root.iterdir() if each.is_dir()] == ["logs"]


def test_an_interrupted_build_leaves_neither_files_nor_a_compiler(
    cache_root: Path, only_these_commands: MakeCommand, tools: Path, tmp_path: Path
) -> None:
    only_these_commands(
        "go", f"{GO_VERSION}\necho $$ > {tmp_path}/pid.new\n/bin/mv {tmp_path}/pid.new {tmp_path}/pid\n/bin/sleep 60"
    )
    with subprocess.Popen([sys.executable, "-c", BUILD], cwd=tools.parent, stderr=subprocess.DEVNULL) as builder:
        while not (tmp_path / "pid").exists():
            assert builder.poll() is None
            time.sleep(0.02)
        os.kill(builder.pid, signal.SIGINT)
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
    assert [each.name for each in cache_root.iterdir() if each.is_dir()] == ["logs"]


def test_an_old_python_is_told_so(tools: Path) -> None:
    program = "import runpy, sys; sys.version_info = (3, 10, 4); runpy.run_path('bootstrap.py', run_name='__main__')"
    result = subprocess.run([sys.executable, "-c", program], cwd=tools, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("Sixfold needs Python 3.11 or newer, and this is 3.10.4.")


def test_a_part_holds_until_its_inputs_change_or_its_files_go(tmp_path: Path) -> None:
    binary = tmp_path / "pulumi"
    binary.touch()
    Stamp(tmp_path).put("pulumi", "digest", [binary])
    assert Stamp(tmp_path).holds("pulumi", "digest")
    assert not Stamp(tmp_path).holds("pulumi", "another digest")
    binary.unlink()
    assert not Stamp(tmp_path).holds("pulumi", "digest")


def test_it_starts_with_nothing_but_the_standard_library(tools: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", tools / "bootstrap.py", "--help"]
    assert "--only" in subprocess.check_output(command, cwd=tmp_path, text=True)
