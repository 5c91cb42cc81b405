"""Readings: the members of AWS's answers that a type understands, as data. A read is complete, or it is refused.

A handler writes back what it has read. A member of an answer that it overlooks is lost with the next change, or worse:
a lifecycle rule for some objects becomes one for all. So each member of an answer is an input, an output or a tag; is
AWS's own; has the one value that the type takes for granted; or is refused in words. An operation, or a member, that
nobody has declared counts as not understood: forgetting one is safe, and so is a newer botocore.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_sixfold.kit.errors import ProviderError

_PAGES = frozenset({"ResponseMetadata", "IsTruncated", "Marker", "NextMarker", "NextToken", "Truncated", "nextToken"})
_TAGS = frozenset({"ResourceTags", "TagList", "TagSet", "Tags", "tags"})


class UnsayableError(ProviderError):
    """A resource is in a state that the inputs of its type cannot express."""

    def __init__(self, kind: str, resource_id: str, what: str) -> None:
        super().__init__(
            f"the {kind} {resource_id} has {what}, which a {kind} cannot say",
            remedy="take that back in AWS, or leave the resource to others: `pulumi state delete` only forgets it",
        )


@dataclass(frozen=True)
class Reading:
    """The answer of one operation, with paths of members such as `Rules.Filter.Prefix`; lists do not count.

    Attributes:
        at: the member that has the resource; the paths of the others begin below it, and nothing may be beside it.
        says: members of which the handler makes inputs, outputs or tags, with all that is in them.
        theirs: members that AWS alone sets: states, times, ids, counts.
        fixed: member → the values that the type takes for granted.
        most: list → how many items of it the type understands.
        named: the member by which an item of a listing is known, where the listing has other resources too.

    """

    at: str = ""
    says: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()
    fixed: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    most: Mapping[str, int] = field(default_factory=dict)
    named: str = ""

    def rest(self, answer: Mapping[str, Any], name: str) -> list[str]:
        """Return the members of an answer about the resource of this name that the type does not understand."""
        top = {key: value for key, value in answer.items() if key not in _PAGES | _TAGS}
        if not self.at:
            return sorted(set(self._walk("", top)))
        inner = top.pop(self.at, None) or {}
        about = [each for each in _items(inner) if not self.named or each.get(self.named) == name]
        beside = {key for key, value in top.items() if _is_set(value)}
        return sorted(beside.union(*(self._walk("", _without_tags(each)) for each in about)))

    def _walk(self, path: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any part of an answer
        if path in self.most and isinstance(value, list) and len(value) > self.most[path]:
            yield f"{path} ({len(value)} of them)"
        if path in self.says | self.theirs:
            return
        if path in self.fixed:
            if value not in self.fixed[path]:
                yield f"{path} {value}"
        elif isinstance(value, Mapping) and (not path or self._knows_of(path)):
            for key, part in value.items():
                yield from self._walk(f"{path}.{key}" if path else str(key), part)
        elif isinstance(value, list) and self._knows_of(path):
            for part in value:
                yield from self._walk(path, part)
        elif _is_set(value):
            yield path

    def _knows_of(self, path: str) -> bool:
        return any(known.startswith(f"{path}.") for known in (*self.says, *self.theirs, *self.fixed, *self.most))


def reading(
    says: str = "",
    *,
    at: str = "",
    theirs: str = "",
    fixed: Mapping[str, Any] | None = None,
    most: Mapping[str, int] | None = None,
    named: str = "",
) -> Reading:
    """Return a Reading; `says` and `theirs` are paths between spaces, a value of `fixed` may be a tuple of several."""
    values = {path: value if isinstance(value, tuple) else (value,) for path, value in (fixed or {}).items()}
    return Reading(at, frozenset(says.split()), frozenset(theirs.split()), values, most or {}, named)


def _items(found: Any) -> list[Any]:  # noqa: ANN401 - any part of an answer
    return found if isinstance(found, list) else [found]


def _without_tags(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of an answer without its tags, which every type reads."""
    return {key: value for key, value in item.items() if key not in _TAGS}


def _is_set(value: Any) -> bool:  # noqa: ANN401 - any part of an answer
    """Return whether a member says anything: AWS writes empty texts, lists and a false for what nobody has set."""
    if isinstance(value, Mapping):
        return any(map(_is_set, value.values()))
    if isinstance(value, list):
        return any(map(_is_set, value))
    return value not in (None, "", False, 0)
