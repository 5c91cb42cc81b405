"""Runs workloads as supervised processes of this machine."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pulumi import Input, Resource, ResourceOptions

from infra.plans import names
from pulumi_sixfold.resources.process import Process, ProcessArgs, Reload
from pulumi_sixfold.resources.provider import Provider
from sixfold.release import STOP_WITHIN_S


@dataclass(frozen=True)
class Processes:
    """Runs workloads under the supervisor in `home`; `environment` goes to each of them.

    They have a provider of their own: one that speaks to AWS is replaced with its endpoint, and they must not be.
    """

    provider: Provider

    home: Path
    root: Path
    environment: Mapping[str, Input[str]]

    def run(  # noqa: PLR0913 - all that a workload is, in one call
        self,
        name: str,
        command: Sequence[str],
        *,
        port: int,
        ready: str,
        parent: Resource,
        depends_on: Sequence[Resource] = (),
        files: Mapping[str, Input[str]] | None = None,
        reload: Reload | None = None,
        hangup: Sequence[str] | None = None,
        login: str | None = None,
        hang_timeout_s: int = 60,
        environment: Mapping[str, Input[str]] | None = None,
    ) -> Process:
        """Run one workload; it counts as up once GET `ready` on its port succeeds, with the login where it has one."""
        return Process(
            name,
            ProcessArgs(
                home=str(self.home),
                command=list(command),
                directory=str(self.root),
                environment={**self.environment, **(environment or {})},
                files=dict(files or {}),
                reload=reload,
                hangup=list(hangup) if hangup else None,
                health_login=login,
                hang_timeout_s=hang_timeout_s,
                health_url=f"{names.address(port)}{ready}",
                stop_timeout_s=STOP_WITHIN_S + 5,  # the end of the process itself takes a moment
            ),
            ResourceOptions(parent=parent, provider=self.provider, depends_on=list(depends_on)),
        )


_CODE = {".py", ".html", ".css"}


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of ours in this environment."""
    return [sys.executable, "-m", module, *arguments]


def binary(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a program which the bootstrap put beside this Python."""
    return [str(Path(sys.executable).with_name(name)), *arguments]


def code_digest(root: Path, packages: Iterable[str]) -> str:
    """Return 16 hex digits of SHA-256 over paths and bytes of all modules, templates and styles of `packages`."""
    digest = sha256()
    files = (path for package in packages for path in (root / package).rglob("*") if path.suffix in _CODE)
    for path in sorted(files):
        digest.update(sha256(path.relative_to(root).as_posix().encode()).digest())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
