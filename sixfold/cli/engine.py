"""Runs the Pulumi CLI for one stack."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from sixfold.environment import Environment
from sixfold.errors import SixfoldError


class Engine:
    """The `pulumi` that the bootstrap put beside this Python, in one project folder."""

    def __init__(self, root: Path, stack: str) -> None:
        self.root = root
        self.stack = stack
        self._pulumi = Path(sys.executable).with_name("pulumi")

    def select(self) -> None:
        """Make the stack the current one; it is created when there is none of that name."""
        self._run("stack", "select", "--create", self.stack, quiet=True)

    def is_empty(self) -> bool:
        """Return whether the state holds no resource: nothing of the stack is there."""
        return not self._deployment().get("resources")

    def held(self) -> list[tuple[str, str, str]]:
        """Return type, id and URN of each resource in the state; none where there is no such stack."""
        stacks = json.loads(self._run("stack", "ls", "--json", quiet=True))
        if self.stack not in {each["name"].rsplit("/", 1)[-1] for each in stacks}:
            return []
        resources = self._deployment().get("resources") or []
        return [(each["type"], each["id"], each["urn"]) for each in resources if "id" in each]

    def forget_unfinished(self) -> bool:
        """Clear the operations that a killed engine left unfinished, and say whether there were any.

        What they made, the next `up` finds by its tag and adopts.
        """
        unfinished = bool(self._deployment().get("pending_operations"))
        if unfinished:
            self._run(
                "refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--suppress-progress", quiet=True
            )
        return unfinished

    def up(self, *options: str) -> None:
        """Apply the program.

        Raises:
            SixfoldError: the engine stopped; it has printed why.

        """
        self._run("up", "--yes", "--skip-preview", "--suppress-outputs", "--suppress-progress", *options)

    def destroy(self) -> None:
        """Delete all that the stack made."""
        self._run("destroy", "--yes", "--skip-preview", "--suppress-outputs")

    def environment(self) -> Environment:
        """Return the stack's output.

        Raises:
            SixfoldError: the stack has never been up.

        """
        not_up = SixfoldError(f"the stack {self.stack!r} is not up", remedy=f"make up STACK={self.stack}")
        try:
            outputs = json.loads(self._run("stack", "output", "--json", quiet=True))
        except SixfoldError as error:
            raise not_up from error
        if "environment" not in outputs:
            raise not_up
        return Environment.model_validate(outputs["environment"])

    def _deployment(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._run("stack", "export", quiet=True))
        return dict(state["deployment"] or {})

    def _run(self, *arguments: str, quiet: bool = False) -> str:
        if not self._pulumi.exists():
            raise SixfoldError(f"there is no engine at {self._pulumi}", remedy="make bootstrap")
        command = [
            self._pulumi,
            *arguments,
            "--non-interactive",
            "--color",
            "always" if sys.stdout.isatty() else "never",
        ]
        if arguments[:2] not in {("stack", "select"), ("stack", "ls")}:
            command += ["--stack", self.stack]
        done = subprocess.run(command, cwd=self.root, text=True, stdout=subprocess.PIPE if quiet else None, check=False)
        if done.returncode:
            raise SixfoldError(
                f"`pulumi {' '.join(arguments)}` on the stack {self.stack!r} stopped with exit code {done.returncode}",
                remedy="the cause is printed above; put it right and run the same command again: it goes on from there",
            )
        return done.stdout or ""
