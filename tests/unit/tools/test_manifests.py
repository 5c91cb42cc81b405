import asyncio
import dataclasses
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.catalogue import CONTROLPLANE
from tools.gobuild import build_key
from tools.manifests import KUBERNETES, Manifests, collect
from tools.processes import CommandFailed

MakeCommand = Callable[[str, str], Path]
ROUTES = Manifests(name="routes", module="example/routes", version="v1.0.0", h1="h1:good=", folders=("crd",))


@pytest.fixture
def go(command: MakeCommand, tmp_path: Path) -> Callable[[str], Path]:
    """A function `(sum) -> go` of a Go that has the module, with that sum."""
    (tmp_path / "module/crd").mkdir(parents=True)
    for name in ("route.yaml", "kustomization.yaml", "README.md"):
        (tmp_path / "module/crd" / name).touch()

    def make(h1: str) -> Path:
        answer = json.dumps({"Dir": str(tmp_path / "module"), "Sum": h1})
        return command("go", f"echo 'go: downloading'; echo '{answer}'")

    return make


def test_the_files_of_a_module_are_copied_without_its_kustomization(
    cache_root: Path, go: Callable[[str], Path], tmp_path: Path
) -> None:
    asyncio.run(collect(ROUTES, tmp_path, go("h1:good=")))
    assert [file.name for file in (tmp_path / "routes").iterdir()] == ["route.yaml"]
    assert cache_root.exists()


@pytest.mark.usefixtures("cache_root")
def test_a_module_with_another_sum_is_refused(go: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="has the sum h1:bad=, and not h1:good="):
        asyncio.run(collect(ROUTES, tmp_path, go("h1:bad=")))
    assert not (tmp_path / "routes").exists()


def test_another_pin_of_a_manifest_is_another_build() -> None:
    moved = dataclasses.replace(CONTROLPLANE, manifests=(ROUTES,))
    assert build_key(moved) != build_key(CONTROLPLANE)


def test_the_stages_are_those_of_the_kwok_that_is_built(tools: Path) -> None:
    pinned = re.search(r"sigs.k8s.io/kwok (v\S+)", (tools / "controlplane" / "go.mod").read_text())
    assert pinned is not None
    assert pinned[1] == next(each.version for each in KUBERNETES if each.module == "sigs.k8s.io/kwok")
