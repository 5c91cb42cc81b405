"""The provider's wheel, alone: in an environment that has its dependencies and nothing of this repository."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from tests._projects import find_engine

_ROOT = Path(__file__).parents[2]
_PROGRAM = """
import pulumi
from pulumi_sixfold.resources.provider import Provider, ProviderArgs
from pulumi_sixfold.resources.s3 import Bucket, BucketArgs

aws = Provider("aws", ProviderArgs(region="eu-west-1", endpoint="{moto}"))
lake = Bucket("lake", BucketArgs(tags={{"team": "data"}}), pulumi.ResourceOptions(provider=aws))
pulumi.export("arn", lake.arn)
pulumi.export("from", __import__("pulumi_sixfold").__file__)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, its dependencies (linked), and the engine."""
    folder = tmp_path_factory.mktemp("alone")
    env = folder / "env"
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"]
    subprocess.run(build, cwd=_ROOT / "pulumi_sixfold", check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", env], check=True)
    install = ["uv", "pip", "install", "--offline", "--no-deps", "--python", env / "bin" / "python", wheel]
    subprocess.run(install, check=True, capture_output=True)
    (site,) = env.glob("lib/python*/site-packages")
    for name in _needed(
        re.findall(r"^Requires-Dist: ([\w-]+)", next(site.glob("*.dist-info/METADATA")).read_text(), re.MULTILINE)
    ):
        _link(name, site)
    shutil.copy(find_engine(), env / "bin" / "pulumi")
    shutil.copytree(_ROOT / "tools", folder / "tools", ignore=lambda *_: {"__pycache__"})  # an engine's language host
    return env


def _needed(names: list[str]) -> Iterator[str]:
    """Yield distributions with all that they need, without extras."""
    seen: set[str] = set()
    while names:
        name = names.pop()
        if name in seen or "extra" in name:
            continue
        seen.add(name)
        try:
            requires = distribution(name).requires or []
        except ModuleNotFoundError:  # for another Python or platform
            continue
        yield name
        names += [found[0] for line in requires if "extra ==" not in line and (found := re.match(r"[\w.-]+", line))]


def _link(name: str, site: Path) -> None:
    found = distribution(name)
    for top in {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(found.locate_file(top))))


@pytest.mark.timeout(900)
def test_ten_lines_provision_with_the_wheel_alone(
    environment: Path, pulumi_project: Callable[..., Any], moto: str
) -> None:
    project = pulumi_project(_PROGRAM.format(moto=moto))
    (project.root / "Pulumi.yaml").write_text("name: alone\nruntime: python\n")
    path = f"{environment / 'bin'}:/usr/bin:/bin"
    env = {**project.env, "PATH": path, "PYTHONPATH": ""}
    engine = [environment / "bin" / "pulumi", "--non-interactive"]

    def pulumi(*command: str) -> str:
        run = subprocess.run(
            [*engine, *command], cwd=project.root, env=env, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    pulumi("stack", "init", "alone")
    pulumi("up", "--yes", "--skip-preview")
    assert pulumi("stack", "output", "arn").startswith("arn:aws:s3:::lake-")
    assert str(environment) in pulumi("stack", "output", "from")
    pulumi("preview", "--refresh", "--expect-no-changes")
    pulumi("destroy", "--yes", "--skip-preview")
