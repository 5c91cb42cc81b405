"""Property values as rules read them: plain containers, in which what a preview cannot know is UNKNOWN."""

from typing import Any


class Unknown:
    """The value of an output that does not exist yet. It is true, equals nothing else, and has no parts."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def get(value: object, *path: str) -> Any:  # noqa: ANN401 - any property value
    """Return the value under `path`: None if there is none, UNKNOWN if it cannot be known yet."""
    for name in path:
        if value is UNKNOWN:
            return UNKNOWN
        value = value.get(name) if isinstance(value, dict) else None
    return value


def items(value: object) -> list[Any]:
    """Return the elements of a list, or of what stands for a list of one; none of what is absent or unknown."""
    if value is None or value is UNKNOWN:
        return []
    return value if isinstance(value, list) else [value]


def texts(value: object) -> list[str]:
    """Return the texts among the elements."""
    return [item for item in items(value) if isinstance(item, str)]


def one_of(value: object, *allowed: object) -> bool:
    """Return whether a value is absent, not known yet, or one of those that are allowed."""
    return value is None or value is UNKNOWN or value in allowed
