"""Temporary Pulumi projects, run by the real engine; the fixtures of several folders make them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[1]
_BIN = Path(sys.prefix, "bin")
_PROJECT = """\
name: {name}
runtime: python
plugins:
  providers:
    - name: sixfold
      path: {plugin}
"""

Result = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Project:
    """A Pulumi project with a stack named `test`, a state and a SIXFOLD_HOME of its own."""

    root: Path
    env: Mapping[str, str]

    def cli(self, *args: str, check: bool = True, timeout: float = 300) -> Result:
        """Run pulumi in the project. A failure fails the test with what pulumi said, unless `check` is False."""
        try:
            result = subprocess.run(
                ["pulumi", "--non-interactive", "--color=never", *args],
                cwd=self.root,
                env=self.env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired as expired:
            said = (expired.stdout or b"").decode()
            pytest.fail(f"pulumi {' '.join(args)} was not done after {timeout:.0f} s\n{said}")
        if check and result.returncode != 0:
            pytest.fail(f"pulumi {' '.join(args)} ended with {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def write(self, program: str) -> None:
        """Replace the program."""
        (self.root / "__main__.py").write_text(program)

    def up(self, *args: str, check: bool = True) -> Result:
        """`pulumi up`, without a preview before it."""
        return self.cli("up", "--yes", "--skip-preview", *args, check=check)

    def preview(self, *args: str, check: bool = True) -> Result:
        """`pulumi preview`; add `--expect-no-changes` to demand an empty plan."""
        return self.cli("preview", "--diff", *args, check=check)

    def refresh(self, *args: str, check: bool = True) -> Result:
        """`pulumi refresh`, without a preview before it."""
        return self.cli("refresh", "--yes", "--skip-preview", *args, check=check)

    def destroy(self, *args: str, check: bool = True) -> Result:
        """`pulumi destroy`, without a preview before it."""
        return self.cli("destroy", "--yes", "--skip-preview", *args, check=check)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets in clear."""
        outputs: dict[str, Any] = json.loads(self.cli("stack", "output", "--json", "--show-secrets").stdout)
        return outputs

    def stack_export(self) -> dict[str, Any]:
        """The state as `pulumi stack export` gives it, secrets encrypted."""
        state: dict[str, Any] = json.loads(self.cli("stack", "export").stdout)
        return state

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state by name, without the stack itself and without providers."""
        listed = self.stack_export()["deployment"].get("resources", [])
        return {each["urn"].rsplit("::", 1)[-1]: each for each in listed if not each["type"].startswith("pulumi:")}


def wait_for_line(line: str, log: Path, running: subprocess.Popen[Any]) -> None:
    """Wait until the log of a running engine has a line; it fails where the run ends before."""
    while not (log.exists() and line in log.read_text()):
        assert running.poll() is None, f"it ended without a word of {line}"
        time.sleep(0.01)


def find_engine() -> Path:
    """Return the engine that the bootstrap installed. Without one the tests fail: a skipped test shows nothing."""
    pulumi = _BIN / "pulumi"
    if not pulumi.exists():
        pytest.fail(
            f"no Pulumi engine at {pulumi}: run `make bootstrap`, which finds, fetches or builds one", pytrace=False
        )
    return pulumi


@contextmanager
def projects(engine: Path, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[Callable[..., Project]]:
    """Give a function `(program, **config) -> Project`; what it made is destroyed at the end. `env` is added."""
    made: list[Project] = []

    def make(program: str | Path, **config: str) -> Project:
        root = folder / f"project{len(made)}"
        for part in ("state", "pulumi-home", "project"):
            (root / part).mkdir(parents=True)
        variables = {
            **os.environ,
            "PATH": f"{engine.parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{root / 'state'}?metadata=skip",
            "PULUMI_HOME": str(root / "pulumi-home"),
            "PULUMI_CONFIG_PASSPHRASE": "of a test",
            "PULUMI_DEBUG_COMMANDS": "true",  # the engine hides --event-log without it
            "SIXFOLD_HOME": str(root / "sixfold"),
            **(env or {}),
        }
        project = Project(root / "project", variables)
        settings = _PROJECT.format(name=f"test{len(made)}", plugin=_ROOT / "pulumi_sixfold" / "bin")
        (project.root / "Pulumi.yaml").write_text(settings)
        project.write(program.read_text() if isinstance(program, Path) else program)
        project.cli("stack", "init", "test")
        for name, value in config.items():
            project.cli("config", "set", name, value)
        made.append(project)
        return project

    yield make
    for project in reversed(made):
        if project.resources():
            project.cli("cancel", "--yes", check=False)  # a test may have killed an `up` that held the lock
            project.destroy()
