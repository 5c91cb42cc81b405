"""Recording: runs the program without an engine and without AWS, and returns the resources that it declares."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks, rpc

from infra import mlplatform
from infra.config import Config, products_of, roles_of
from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.kit.arns import arn_patterns
from pulumi_sixfold.kit.handler import Handler
from pulumi_sixfold.kit.naming import name_pattern
from sixfold.stack import Settings

PROJECT = "sixfold"
ANY_ACCOUNT = "*"
_PROVIDER = "pulumi:providers:sixfold"
_HANDLERS = {handler.facts.token: handler for handler in HANDLERS}


@dataclass(frozen=True)
class Planned:
    """A resource that the program declares, and its provider's settings; `after` are URNs that it waits for."""

    urn: str
    type: str
    inputs: Mapping[str, Any]
    provider: Mapping[str, Any]
    after: frozenset[str]

    @property
    def on_aws(self) -> bool:
        """Whether the resource is created in a real AWS account: neither on a stand-in nor on this machine."""
        return self.type.startswith("sixfold:") and "region" in self.provider and "endpoint" not in self.provider


def record(stack: str, settings: Settings, *, root: Path, home: Path) -> list[Planned]:
    """Run the program as a preview of an empty stack would, and return its resources in the order of declaration."""
    asyncio.set_event_loop(_loop())  # the SDK takes the thread's own, and `asyncio.run` leaves none
    recorder = _Recorder(_Answers(settings.region, settings.account or ANY_ACCOUNT))
    mocks.set_mocks(recorder.mocks, PROJECT, stack, preview=False, monitor=recorder)
    products = products_of(stack, settings)
    config = Config(stack, root, home, settings, products, roles_of(settings), datetime.now(UTC).date())
    run: Any = pulumi.runtime.test  # it has no types
    run(lambda: mlplatform.build(config))()
    return recorder.planned()


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one loop of all recordings: a loop for each would be collected unclosed."""
    return asyncio.new_event_loop()


class _Answers(mocks.Mocks):
    """Outputs that look like AWS's: names, and ARNs, which programs take apart. Unknown parts are wildcards."""

    def __init__(self, region: str, account: str) -> None:
        self.region, self.account = region, account

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return the id and the outputs of a resource."""
        handler = _HANDLERS.get(args.typ)
        outputs = {name: self._output(name, handler, args) for name in handler.facts.outputs} if handler else {}
        if not handler or "name" not in handler.facts.args.model_fields:
            return f"{args.name}-id", {**args.inputs, **outputs}
        name = name_pattern(args.name, limit=handler.facts.name_limit, separator=handler.facts.name_separator)
        return f"{args.name}-id", {"name": name, **args.inputs, **outputs}

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:  # type: ignore[override] # the SDK takes both
        """Return the result of a look-up."""
        known: dict[str, dict[str, Any]] = {
            "sixfold:sts:getCallerIdentity": {"account": self.account, "arn": f"arn:aws:iam::{self.account}:root"},
            "sixfold:ec2:getRegion": {"name": self.region},
            "sixfold:ec2:getAvailabilityZones": {"names": [f"{self.region}{zone}" for zone in "abc"]},
        }
        return known[args.token]

    def _output(self, output: str, handler: type[Handler[Any]], args: mocks.MockResourceArgs) -> str:
        if output == "arn" and handler.facts.arns:
            return arn_patterns(handler, args.name, args.inputs, region=self.region, account=self.account)[0]
        return f"{args.name}-{output}"


class _Recorder(mocks.MockMonitor):
    """Keeps every registration with its provider, which the SDK's own monitor forgets."""

    def __init__(self, answers: _Answers) -> None:
        super().__init__(answers)
        self._made: list[tuple[str, str, dict[str, Any], str, frozenset[str]]] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - the SDK's own shape
        """Record a resource."""
        answer: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call] # as all of the SDK's mocks
        inputs = rpc.deserialize_properties(request.object)
        bare = {name: rpc.unwrap_rpc_secret(value) for name, value in inputs.items()}
        self._made.append((answer.urn, request.type, bare, request.provider, frozenset(request.dependencies)))
        return answer

    def planned(self) -> list[Planned]:
        """Return all resources that are not providers, components or the stack itself."""
        settings = {urn: inputs for urn, kind, inputs, *_ in self._made if kind == _PROVIDER}
        return [
            Planned(urn, kind, inputs, settings.get(provider.rsplit("::", 1)[0], {}), after)
            for urn, kind, inputs, provider, after in self._made
            if provider
        ]
