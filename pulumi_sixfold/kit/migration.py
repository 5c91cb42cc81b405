"""Versions of a type's inputs: the state carries a stamp, and older inputs are turned into those of today.

A type starts at version 0, which has no stamp, so that stacks made before types had versions see no difference. Each
migration of a handler adds one. The engine hides properties that begin with two underscores in all that it prints.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_sixfold.kit.handler import Handler

STAMP = "__v"


def added(**defaults: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:  # noqa: ANN401 - any input
    """Return the migration to a version with further inputs: what was not said had these values."""
    return lambda old: {**defaults, **old}


def stamped(handler: Handler[Any] | type[Handler[Any]], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs with the version that they are of."""
    bare = {name: value for name, value in inputs.items() if name != STAMP}
    return {**bare, STAMP: len(handler.facts.migrations)} if handler.facts.migrations else bare


def migrated(handler: Handler[Any] | type[Handler[Any]], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs of the state as today's version would have written them; nothing is validated."""
    found = dict(inputs)
    version = int(found.pop(STAMP, 0))
    for migrate in handler.facts.migrations[version:] if found else ():
        found = migrate(found)
    return stamped(handler, found)
