"""A stack that can only be previewed, and properties that a preview does not know."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.policies.values import UNKNOWN

_ROOT = Path(__file__).parents[4]
_PROJECT = f"""\
name: policies
runtime: python
plugins:
  providers:
    - name: sixfold
      path: {_ROOT / "pulumi_sixfold" / "bin"}
"""

Result = subprocess.CompletedProcess[str]


@pytest.fixture
def preview(tmp_path: Path) -> Callable[..., Result]:
    """A function `(program, settings) -> result`: a preview under the pack; `settings` as in a stack file."""
    pulumi = Path(sys.prefix, "bin", "pulumi")
    if not pulumi.exists():
        pytest.fail(f"no Pulumi engine at {pulumi}: run `make bootstrap`", pytrace=False)
    project = tmp_path / "project"
    for folder in (project, tmp_path / "state"):
        folder.mkdir()
    (project / "Pulumi.yaml").write_text(_PROJECT)
    kubernetes = _ROOT / "tests" / "cluster" / "stand_in" / "bin"  # asks no cluster anything in a preview
    env = {
        **os.environ,
        "PATH": f"{kubernetes}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}?metadata=skip",
        "PULUMI_HOME": str(tmp_path / "pulumi-home"),
        "PULUMI_CONFIG_PASSPHRASE": "of a test",
        "SIXFOLD_HOME": str(tmp_path / "sixfold"),
    }

    def cli(*arguments: str) -> Result:
        command = [str(pulumi), "--non-interactive", "--color=never", *arguments]
        return subprocess.run(command, cwd=project, env=env, capture_output=True, text=True, check=False, timeout=300)

    def run(program: str, settings: dict[str, Any]) -> Result:
        (project / "__main__.py").write_text(program)
        cli("stack", "init", "test").check_returncode()
        cli("config", "set", "platform", json.dumps(settings)).check_returncode()
        return cli("preview", "--policy-pack", str(_ROOT / "infra" / "policies"))

    return run


@pytest.fixture
def each_part_unknown() -> Callable[[dict[str, Any]], Iterator[dict[str, Any]]]:
    """A function that yields properties with one part of them after the other not known yet, at any depth."""

    def parts(value: Any) -> Iterator[Any]:
        found = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, part in found:
            for unknown in (UNKNOWN, *parts(part)):
                yield {**value, key: unknown} if isinstance(value, dict) else [*value[:key], unknown, *value[key + 1 :]]

    return parts
