"""A stack that is up: its engine, and the outputs of its last apply."""

import os
from collections.abc import MutableMapping

from delivery.engine import Engine
from delivery.project import Project
from delivery.reporter import Reporter
from infra.plans.names import stand_in_credentials
from infra.stand_in.key import access_key
from sixfold.outputs import PlatformRefs, StackOutputs
from sixfold.stack import Settings, read


class LiveStack:
    """One stack of a project.

    Args:
        project: the stack's project.
        name: the stack's name; its settings are in `stacks/Pulumi.<name>.yaml`.
        report: receives what the engine writes.

    """

    def __init__(self, project: Project, name: str, report: Reporter) -> None:
        self.project = project
        self.name = name
        self.file = project.stack_file(name)
        self.engine = Engine(project.root, name, project.home, report=report)
        self._outputs: StackOutputs | None = None

    @property
    def outputs(self) -> StackOutputs:
        """The outputs of the last apply.

        Raises:
            SixfoldError: the stack has never been up.

        """
        if self._outputs is None:
            self._outputs = self.engine.outputs()
        return self._outputs

    @property
    def platform(self) -> PlatformRefs:
        """The facts with which jobs reach the stack."""
        return self.outputs.platform

    def settings(self) -> Settings:
        """Read the stack file."""
        return read(self.file)

    def apply(self, *options: str) -> None:
        """Run the engine's `up`; `outputs` are then those of this apply."""
        self._outputs = None
        self.engine.up(*options)

    def connect(self, env: MutableMapping[str, str] = os.environ) -> None:
        """Let AWS clients of this process reach the stack's stand-in for AWS. It must never be sent real credentials.

        The local one takes the project's own access key id; any other one takes what everybody knows.

        Raises:
            SixfoldError: the stack has never been up.

        """
        if self.platform.aws_endpoint:
            key = access_key(self.project.home) if self.settings().local else "test"
            env.update(stand_in_credentials(key))
