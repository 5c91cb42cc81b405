"""Difference of two sets of inputs, property by property."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

Change = Literal["add", "delete", "update"]

_ABSENT = object()


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
