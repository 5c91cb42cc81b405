import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tools import cache

SLOW = """
import asyncio
from tools import cache

async def make(draft):
    (draft / "half").touch()
    print("started", flush=True)
    await asyncio.sleep(60)

asyncio.run(cache.obtain("engine-1", make))
"""


async def fill(draft: Path) -> None:
    (draft / "engine").write_text("whole")


async def fail(draft: Path) -> None:
    (draft / "engine").write_text("half")
    raise RuntimeError("the compiler ran out of memory")


def folders(root: Path) -> set[str]:
    return {each.name for each in root.iterdir() if each.is_dir()}


def test_an_entry_is_made_once_and_found_from_then_on(cache_root: Path) -> None:
    entry = asyncio.run(cache.obtain("engine-1", fill))
    assert entry == cache_root / "engine-1"
    assert (entry / "engine").read_text() == "whole"
    assert asyncio.run(cache.obtain("engine-1", fail)) == entry


def test_a_failed_build_leaves_nothing(cache_root: Path) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        asyncio.run(cache.obtain("engine-1", fail))
    assert folders(cache_root) == set()


def test_a_build_that_was_killed_leaves_no_entry_and_the_next_one_clears_its_draft(
    cache_root: Path, tools: Path
) -> None:
    with subprocess.Popen([sys.executable, "-c", SLOW], cwd=tools.parent, stdout=subprocess.PIPE) as builder:
        assert builder.stdout is not None
        builder.stdout.readline()
        builder.kill()
    assert "engine-1" not in folders(cache_root)
    asyncio.run(cache.obtain("engine-1", fill))
    assert folders(cache_root) == {"engine-1"}


def test_two_bootstraps_at_once_build_once(cache_root: Path) -> None:
    builds: list[Path] = []

    async def count(draft: Path) -> None:
        builds.append(draft)
        await asyncio.sleep(0.2)

    async def both() -> list[Path]:
        return await asyncio.gather(cache.obtain("engine-1", count), cache.obtain("engine-1", count))

    assert asyncio.run(both()) == [cache_root / "engine-1"] * 2
    assert len(builds) == 1


def test_a_user_without_a_home_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(cache.Path, "home", staticmethod(nowhere))
    with pytest.raises(SystemExit, match="set XDG_CACHE_HOME"):
        cache.root()
