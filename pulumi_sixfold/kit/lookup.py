"""Look-ups: provider functions that tell a program what exists already."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_sixfold.kit.args import UNKNOWN, Args, Block, is_later, plain
from pulumi_sixfold.kit.handler import Handler


@dataclass(frozen=True)
class Lookup:
    """A provider function. It asks with the client, the region and the account guard of a handler."""

    token: str
    args: type[Args]
    result: type[Block]
    handler: type[Handler[Any]]
    ask: Callable[[Any, Any], Block]
    actions: tuple[str, ...] = ()
    unnarrowable: frozenset[str] = frozenset()  # as in Facts

    def answer(self, handlers: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the result; all of it is unknown as long as an input is. `handlers` are the handlers by token.

        Raises:
            InvalidArgs: the inputs do not fit.

        """
        args = self.args.model_validate(given)
        if is_later(args.properties()):
            return dict.fromkeys(self.result.model_fields, UNKNOWN)
        return dict(plain(self.ask(handlers[self.handler.facts.token], args)))
