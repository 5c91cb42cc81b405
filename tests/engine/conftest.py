"""Temporary Pulumi projects, run by the real engine."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
_BIN = Path(sys.prefix, "bin")
_PROJECT = """\
name: {name}
runtime: python
plugins:
  providers:
    - name: sixfold
      path: {plugin}
"""

_OUTCOMES = ("passed", "failed", "error")

Result = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Project:
    """A Pulumi project with a stack named `test`, a state and a SIXFOLD_HOME of its own."""

    root: Path
    env: Mapping[str, str]

    def cli(self, *args: str, check: bool = True, timeout: float = 300) -> Result:
        """Run pulumi in the project. A failure fails the test with what pulumi said, unless `check` is False."""
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


@pytest.fixture(scope="session")
def engine() -> Path:
    """The engine that the bootstrap installed. Without one the tests fail, for a skipped test shows nothing."""
    pulumi = _BIN / "pulumi"
    if not pulumi.exists():
        pytest.fail(
            f"no Pulumi engine at {pulumi}: run `make bootstrap`, which finds, fetches or builds one", pytrace=False
        )
    return pulumi


@pytest.fixture
def pulumi_project(engine: Path, tmp_path: Path) -> Iterator[Callable[..., Project]]:
    """A function `(program, **config) -> Project`; the program is a text, or a path to a file. Destroyed at the end."""
    with _projects(engine, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def project_maker(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Project]]:
    """The same for stacks that all tests of a file look at."""
    with _projects(engine, tmp_path_factory.mktemp("projects")) as make:
        yield make


@contextmanager
def _projects(engine: Path, folder: Path) -> Iterator[Callable[..., Project]]:
    made: list[Project] = []

    def make(program: str | Path, **config: str) -> Project:
        root = folder / f"project{len(made)}"
        for part in ("state", "pulumi-home", "project"):
            (root / part).mkdir(parents=True)
        env = {
            **os.environ,
            "PATH": f"{engine.parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_BACKEND_URL": f"file://{root / 'state'}?metadata=skip",
            "PULUMI_HOME": str(root / "pulumi-home"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DEBUG_COMMANDS": "true",  # the engine hides --event-log without it
            "SIXFOLD_HOME": str(root / "sixfold"),
        }
        project = Project(root / "project", env)
        settings = _PROJECT.format(name=f"test{len(made)}", plugin=_ROOT / "infra" / "providers" / "bin")
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


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark by which the table of the conformance suite is made."""
    config.addinivalue_line("markers", "conformance(check): what a test of the conformance suite checks of a case")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the report of a conformance test say what it is about."""
    for item in items:
        for mark in item.iter_markers("conformance"):
            item.user_properties.append(("conformance", (item.callspec.id.split("-")[0], mark.args[0])))  # type: ignore[attr-defined]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the conformance table, and what was not tried and why."""
    reports = [
        (report, outcome == "passed") for outcome in _OUTCOMES for report in terminalreporter.getreports(outcome)
    ]
    said = [(name, value, passed) for report, passed in reports for name, value in report.user_properties]
    results: dict[str, dict[str, list[bool]]] = {}
    for kind, check, passed in [(*value, passed) for name, value, passed in said if name == "conformance"]:
        results.setdefault(kind, {}).setdefault(check, []).append(passed)
    if results:
        terminalreporter.section("conformance: passed/tried")
        terminalreporter.write_line("\n".join(_table(results)))
        terminalreporter.write_line("\n".join(f"not tried: {value}" for name, value, _ in said if name == "not tried"))


def _table(results: Mapping[str, Mapping[str, list[bool]]]) -> Iterator[str]:
    checks = list(dict.fromkeys(check for found in results.values() for check in found))
    width = max(map(len, results))
    yield " ".join([" " * width, *checks])
    for kind, found in sorted(results.items()):
        cells = [f"{sum(found.get(check, []))}/{len(found.get(check, []))}".rjust(len(check)) for check in checks]
        yield " ".join([kind.ljust(width), *cells])
