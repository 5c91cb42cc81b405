"""Difference of two sets of inputs, property by property."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pulumi_sixfold.kit.args import Args

A = TypeVar("A", bound=Args)

Change = Literal["add", "delete", "update"]

_ABSENT = object()


@dataclass(frozen=True)
class Difference(Generic[A]):
    """The difference between a resource and its declaration: `"policy" in difference`.

    Attributes:
        have: the present inputs.
        want: the declared inputs.
        names: the inputs that differ, but for the tags and for inputs that only Pulumi knows.
        outputs: the present outputs.
        old_tags: all present tags.
        tags: all tags that the resource gets, with those that the provider adds.

    """

    have: A
    want: A
    names: frozenset[str] = frozenset()
    outputs: Mapping[str, Any] = field(default_factory=dict)
    old_tags: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.names


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Change]:
    """Return property path → what happened to it, for example `tags.env`, `command[2]`, `files["a.yaml"]`.

    A value that is not known yet differs from everything.
    """
    return dict(_walk("", old, new))


def _walk(path: str, old: Any, new: Any) -> Iterator[tuple[str, Change]]:  # noqa: ANN401 - any JSON value
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            yield from _walk(_member(path, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            yield from _walk(f"{path}[{index}]", _item(old, index), _item(new, index))
    elif new is _ABSENT:
        yield path, "delete"
    elif old is _ABSENT:
        yield path, "add"
    elif old != new:
        yield path, "update"


def _item(items: list[Any], index: int) -> Any:  # noqa: ANN401 - any JSON value
    return items[index] if index < len(items) else _ABSENT


def _member(path: str, key: str) -> str:
    if not path:
        return key
    return f"{path}.{key}" if key.isidentifier() else f'{path}["{key}"]'
