"""The stacks of `stacks/`, brought up on a stand-in for AWS and on the run's control plane."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from infra.checks.leaks.find import Left, leaks
from infra.checks.leaks.run import handlers_of
from pulumi_sixfold.kit.handler import ProviderArgs
from sixfold.stack import KEY
from tests._projects import Project

_ROOT = Path(__file__).parents[2]
RUNNER = f"sha256:{'0' * 64}"
WHOLE = "WHOLE" in os.environ
"""Whether every stack and the largest one come up, as `make cluster` asks; `make test` takes a sample of them."""


class Stack:
    """A stack in a project folder of its own.

    Its stack file is the committed one of the stack `like`, but for where AWS and the cluster are, and which operators
    are `present` there.
    """

    def __init__(
        self, name: str, root: Path, env: Mapping[str, str], *, aws: str, like: str, present: Sequence[str]
    ) -> None:
        self.name, self._aws = name, aws
        variables = {
            **env,
            "PULUMI_BACKEND_URL": f"file://{root / 'state'}?metadata=skip",
            "PULUMI_CONFIG_PASSPHRASE": "",
            "SIXFOLD_HOME": str(root / "home"),
        }
        variables.setdefault("PULUMI_HOME", str(root / "pulumi-home"))
        for folder in ("state", "project/stacks", "home"):
            (root / folder).mkdir(parents=True)
        self.pulumi = Project(root / "project", variables)
        settings = yaml.safe_load((_ROOT / "Pulumi.yaml").read_text())
        (plugin,) = settings["plugins"]["providers"]
        plugin["path"] = str(_ROOT / plugin["path"])
        settings["main"] = str(_ROOT / settings["main"])
        (self.pulumi.root / "Pulumi.yaml").write_text(yaml.safe_dump(settings))
        self._file = self.pulumi.root / "stacks" / f"Pulumi.{name}.yaml"
        self.pulumi.cli("stack", "init", name)
        self._file.write_text((_ROOT / "stacks" / f"Pulumi.{like}.yaml").read_text())
        with self.settings() as platform:
            platform["aws_endpoint"] = aws
            platform["cluster"] |= {"context": "test", "present": list(present)}

    @contextmanager
    def settings(self) -> Iterator[dict[str, Any]]:
        """Give what the stack file says, to be changed in the block."""
        document = yaml.safe_load(self._file.read_text())
        key = f"sixfold:{KEY}"
        yield document["config"][key]
        self._file.write_text(yaml.safe_dump(document))

    def replace_program(self, program: str) -> None:
        """Run another program instead of `infra/`."""
        file = self.pulumi.root / "Pulumi.yaml"
        settings = yaml.safe_load(file.read_text())
        del settings["main"]
        file.write_text(yaml.safe_dump(settings))
        self.pulumi.write(program)

    def pin(self, **weights: int) -> None:
        """Write which releases of flight-delays v1 answer: the first letters of a digest → per cent of the requests."""
        with self.settings() as platform:
            platform["cluster"]["runner"] = RUNNER
            releases = [{"release": release_of(letter), "weight": weight} for letter, weight in weights.items()]
            platform["products"]["flight-delays"]["v1"]["releases"] = releases

    def left(self) -> list[Left]:
        """Return the AWS resources of this stack."""
        handlers = handlers_of(ProviderArgs.model_validate({"region": "eu-west-1", "endpoint": self._aws}))
        return leaks(handlers, self.name, "sixfold")

    def namespaces(self) -> set[str]:
        """Return the namespaces that the stack has made."""
        state = self.pulumi.stack_export()["deployment"]["resources"]
        return {each["id"] for each in state if each["type"] == "kubernetes:core/v1:Namespace"}


def release_of(letter: str) -> str:
    """Return a release's digest that is easy to tell apart."""
    return letter * 64


def summary(printed: str) -> dict[str, int]:
    """Read how many resources an `up` has created, updated and so on."""
    lines = printed.partition("\nResources:\n")[2].splitlines()
    words = [line.strip(" +-~").split() for line in lines if line.startswith("    ")]
    return {what: int(count) for count, what, *_ in words}
