"""Runs the Pulumi CLI for one stack, and repairs the state that a killed engine left.

The lines of an `up` or a `destroy` go to a log; its numbers are reported, and where it stopped, the part that says why.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from delivery import engine_log
from delivery.checkpoint import mend
from delivery.locks import clear_dead, folder_of, holder
from delivery.reporter import Reporter, Silent
from infra.checks.state import Held
from sixfold.errors import SixfoldError
from sixfold.outputs import StackOutputs
from sixfold.telemetry import QUIET, QUIET_ENGINE
from sixfold.wire import ENV_HOME

_LONGEST_CAUSE = 2000
LOCAL = "local"
"""The stack on this machine, which every command takes where it is given none."""


class Engine:
    """The `pulumi` that the bootstrap put beside this Python, in one project folder.

    Args:
        root: the project's folder.
        stack: name of the stack.
        home: the project's folder on this machine; the engine and the program find it as `SIXFOLD_HOME`.
        env: the rest of the environment of the engine; None: that of this process.
        report: receives progress, and the cause where the engine stopped; without one that is in the errors raised.

    """

    def __init__(
        self,
        root: Path,
        stack: str,
        home: Path,
        env: Mapping[str, str] | None = None,
        report: Reporter | None = None,
    ) -> None:
        self.root = root
        self.home = home
        self.stack = stack
        self._report = report or Silent()
        self._tells = report is not None
        self._env = {**QUIET_ENGINE, **QUIET, **(os.environ if env is None else env), ENV_HOME: str(home)}
        self._backend = self._env.get("PULUMI_BACKEND_URL", f"file://{quote(str(home))}/state")
        self.state = folder_of(self._backend)
        self._pulumi = Path(sys.executable).with_name("pulumi")

    def select(self) -> None:
        """Make the stack the current one, after bringing back a damaged state; create it if it does not exist."""
        self._mend()
        self._run("stack", "select", "--create", self.stack)

    def begin(self, backend: str, secrets: str) -> bool:
        """Create the stack in a backend, its secrets under a provider's key; return whether it was not there yet."""
        self._env["PULUMI_BACKEND_URL"] = self._backend = backend
        self.state = folder_of(backend)
        if self._exists():
            return False
        self._run("stack", "init", self.stack, "--secrets-provider", secrets)
        return True

    def is_empty(self) -> bool:
        """Return whether the state has neither resources nor operations that were begun."""
        deployment = self._deployment()
        return not (deployment.get("resources") or deployment.get("pending_operations"))

    def held(self) -> list[Held]:
        """Return the resources in the state; none if the stack does not exist."""
        if not self._exists():
            return []
        resources = self._deployment().get("resources") or []
        return [Held(each["type"], each["id"], each["urn"]) for each in resources if "id" in each]

    def up(self, *options: str) -> None:
        """Apply the program, after repairing the state that a killed engine left.

        Raises:
            SixfoldError: another engine holds the stack, or the engine stopped; it has printed why.

        """
        self.recover()
        self._change("up", "--suppress-progress", *options)

    def preview(self) -> str:
        """Return the steps that an `up` would take, as the engine writes them; nothing is changed."""
        return self._run("preview", "--suppress-outputs", "--suppress-progress")

    def destroy(self) -> None:
        """Delete all resources of the stack, after repairing the state that a killed engine left."""
        self.recover()
        self._change("destroy")

    def recover(self) -> None:
        """Bring a damaged state back, and clear the lock of a dead engine and its unfinished operations.

        The next `up` adopts what they created.
        """
        self._mend()
        for pid in clear_dead(self.state, self.stack):
            self._report.say(f"an engine was killed half-way (pid {pid}); its lock is cleared")
        if self._deployment().get("pending_operations"):
            self._report.say("looking for the resources that it had begun to create")
            self._run("refresh", "--yes", "--skip-preview", "--clear-pending-creates", "--suppress-progress")

    def outputs(self) -> StackOutputs:
        """Return the outputs of the stack's last apply.

        Raises:
            SixfoldError: the stack has never been up.

        """
        begin = "make up" if self.stack == LOCAL else f"make deploy STACK={self.stack}"
        not_up = SixfoldError(f"the stack {self.stack!r} is not up", remedy=f"{begin}; `sixfold doctor` says more")
        try:
            outputs = json.loads(self._run("stack", "output", "--json"))
        except SixfoldError as error:
            raise not_up from error
        if "environment" not in outputs:
            raise not_up
        return StackOutputs.model_validate(outputs["environment"])

    def _exists(self) -> bool:
        stacks = json.loads(self._run("stack", "ls", "--json"))
        return self.stack in {each["name"].rsplit("/", 1)[-1] for each in stacks}

    def _mend(self) -> None:
        if used := mend(self.state, self.stack):
            self._report.say(f"the state of {self.stack} was damaged or gone, and is now that of {used}")
            self._report.say("what was changed since is found by the refresh of `sixfold up`")

    def _deployment(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._run("stack", "export"))
        return dict(state["deployment"] or {})

    def _change(self, verb: str, *options: str) -> None:
        log = engine_log.begin(self.home, self.stack)
        try:
            with log.open("w") as lines, self._report.busy(lambda: engine_log.last(log)):
                self._run(verb, "--yes", "--skip-preview", "--suppress-outputs", *options, to=lines)
        except SixfoldError as error:
            why = engine_log.failure(log).rstrip()
            self._report.relay(f"{why}\n")
            cause = "" if self._tells else f":\n{why[-_LONGEST_CAUSE:]}"
            raise SixfoldError(f"{error.what}{cause}", remedy=f"{error.remedy}; all that it said: {log}") from error
        self._report.say(engine_log.counts(log) or "nothing to do")

    def _run(self, *arguments: str, to: TextIO | None = None) -> str:
        if not self._pulumi.exists():
            raise SixfoldError(f"there is no engine at {self._pulumi}", remedy="make bootstrap")
        command = [self._pulumi, *arguments, "--non-interactive", "--color", "never"]
        if arguments[:2] not in {("stack", "select"), ("stack", "ls"), ("stack", "init")}:
            command += ["--stack", self.stack]
        out, said, code = _followed(command, self.root, self._env, to or subprocess.PIPE)
        if locked_by := holder(said):
            raise SixfoldError(
                f"the stack {self.stack!r} is being changed by {locked_by}",
                remedy=f"wait for that to end; if it is gone already, `pulumi cancel -s {self.stack}` clears its lock",
            )
        if "no stack named" in said:
            raise SixfoldError(
                f"there is no stack {self.stack!r} in {self._backend}",
                remedy=f"correct PULUMI_BACKEND_URL, or begin the stack: pulumi stack init {self.stack}",
            )
        self._report.relay(out + said if code else said)
        if code:
            cause = "" if self._tells else f":\n{said.strip()[-_LONGEST_CAUSE:]}"
            raise SixfoldError(
                f"`pulumi {' '.join(arguments)}` on the stack {self.stack!r} stopped with exit code {code}{cause}",
                remedy="the cause is above; put it right and run the same command again: it goes on from there",
            )
        return out


def _followed(command: list[Any], folder: Path, env: Mapping[str, str], output: TextIO | int) -> tuple[str, str, int]:
    """Run to the end and return output (empty unless it goes to a pipe), errors and exit code.

    The engine is in a process group of its own, and gets each Ctrl-C from here: at the first it finishes the calls in
    flight. A parent that did not wait for that would leave it to be killed.
    """
    with subprocess.Popen(
        command, cwd=folder, env=env, text=True, process_group=0, stdout=output, stderr=subprocess.PIPE
    ) as engine:
        while True:
            try:
                out, said = engine.communicate()
            except KeyboardInterrupt:
                engine.send_signal(signal.SIGINT)
            else:
                return out or "", said or "", engine.returncode
