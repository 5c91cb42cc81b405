"""The plugin in this process: the engine's calls, made by whoever a test says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from pulumi.runtime.proto import provider_pb2 as pb

from pulumi_sixfold.catalogue import HANDLERS
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.wire import decode, encode


class Refused(Exception):  # noqa: N818 - reads as a sentence where it is caught
    """Refusal as the engine would show it."""


class _Context:
    def set_trailing_metadata(self, metadata: object) -> None: ...

    def abort(self, _: object, text: str) -> NoReturn:
        raise Refused(text)


@dataclass
class Made:
    """A resource that the plugin made."""

    token: str
    urn: str
    id: str
    inputs: dict[str, Any]
    properties: dict[str, Any]


@dataclass
class Plugin:
    """Answers as the plugin process does. Any call raises Refused with the text that the engine would show."""

    settings: Mapping[str, Any]
    appeal: Callable[[str], bool] = lambda _: False
    """Is told of each refusal; where it says yes, the same call is made again."""
    _servicer: Servicer = field(default_factory=lambda: Servicer(HANDLERS))

    def __post_init__(self) -> None:
        self._call("Configure", pb.ConfigureRequest(args=encode(self.settings)))

    def create(self, token: str, name: str, args: Mapping[str, Any]) -> Made:
        """Settle the inputs and make the resource."""
        urn = f"urn:pulumi:test::iam::{token}::{name}"
        inputs = self._checked(token, urn, args, {})
        made = self._call("Create", pb.CreateRequest(urn=urn, type=token, properties=encode(inputs)))
        return Made(token, urn, made.id, inputs, decode(made.properties).values)

    def update(self, made: Made, args: Mapping[str, Any]) -> None:
        """Change the resource to new inputs."""
        inputs = self._checked(made.token, made.urn, args, made.inputs)
        self._call(
            "Update",
            pb.UpdateRequest(
                urn=made.urn, type=made.token, id=made.id, old_inputs=encode(made.inputs), news=encode(inputs)
            ),
        )
        made.inputs = inputs

    def read(self, made: Made) -> dict[str, Any]:
        """Return the inputs as they are now, as a refresh does; empty if the resource is gone."""
        request = pb.ReadRequest(
            urn=made.urn, type=made.token, id=made.id, inputs=encode(made.inputs), properties=encode(made.properties)
        )
        return decode(self._call("Read", request).inputs).values

    def delete(self, made: Made) -> None:
        """Remove the resource."""
        request = pb.DeleteRequest(urn=made.urn, type=made.token, id=made.id, old_inputs=encode(made.inputs))
        self._call("Delete", request)

    def _checked(self, token: str, urn: str, args: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
        checked = self._call("Check", pb.CheckRequest(urn=urn, type=token, news=encode(args), olds=encode(old)))
        if checked.failures:
            raise Refused(str(checked.failures))
        return decode(checked.inputs).values

    def _call(self, name: str, request: Any) -> Any:
        while True:
            try:
                return getattr(self._servicer, name)(request, _Context())
            except Refused as refused:
                if not self.appeal(str(refused)):
                    raise
