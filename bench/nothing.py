"""A plugin whose resources do nothing: what is left is the engine, the protocol and our servicer."""

from collections.abc import Iterator
from typing import Any

from bench.kinds import KINDS
from pulumi_sixfold.engine.protocol import Servicer
from pulumi_sixfold.engine.server import serve
from pulumi_sixfold.kit.args import Args
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import Handler, State


class Nothing(Handler[Any]):
    """Has the inputs in its id, so that any process reads them back unchanged, without a call to anywhere."""

    def create(self, urn: str, args: Args) -> str:
        """Return the id."""
        del urn
        return args.model_dump_json()

    def update(self, urn: str, resource_id: str, args: Args) -> None:
        """Do nothing."""

    def read(self, resource_id: str) -> State[Any]:
        """Return the state that is encoded in the id."""
        return State(self.facts.args.model_validate_json(resource_id), dict.fromkeys(self.facts.outputs, resource_id))

    def delete(self, resource_id: str, args: Args) -> None:
        """Do nothing."""


def idle() -> Iterator[type[Nothing]]:
    """Yield a type that does nothing for each of the bench, with the same inputs and outputs."""
    for kind, model in KINDS:
        known = kind.facts
        facts = Facts(token=known.token, args=model, outputs=known.outputs, create_only=known.create_only)
        yield type(kind.__name__, (Nothing,), {"facts": facts})


if __name__ == "__main__":
    serve(Servicer(tuple(idle())))
