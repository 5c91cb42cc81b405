"""A rule, and a violation of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any, Literal

from infra.checks.cost.estimate import Resource
from infra.policies.values import get

Props = dict[str, Any]
Check = Callable[[Props], Iterable[str]]
"""From a resource's properties to what is wrong with them, one sentence each; nothing where all is well."""


class Source(StrEnum):
    """Standard that demands the rule."""

    FSBP = "AWS FSBP"  # AWS Foundational Security Best Practices v1.0.0
    SECURITY_HUB = "AWS Security Hub"  # a control of Security Hub outside that standard
    POD_SECURITY = "Pod Security, restricted"
    SIXFOLD = "Sixfold"


@dataclass(frozen=True)
class Rule:
    """One control.

    Attributes:
        id: the control's id where it is published, such as `S3.8`; for Kubernetes that of the admission check.
        title: what holds where the rule is kept.
        types: resource types, or patterns of them.
        check: finds what breaks the rule.
        remedy: what to write instead.
        source: who demands it.
        enforcement: a mandatory rule stops the run; an advisory one is a warning.

    """

    id: str
    title: str
    types: tuple[str, ...]
    check: Check
    remedy: str
    source: Source = Source.FSBP
    enforcement: Literal["mandatory", "advisory"] = "mandatory"

    def covers(self, resource_type: str) -> bool:
        """Return whether the rule is about resources of this type."""
        return any(fnmatchcase(resource_type, pattern) for pattern in self.types)


@dataclass(frozen=True)
class StackRule:
    """One control over a stack as a whole; `check` gets its resources on real AWS, and its budget in US dollars."""

    id: str
    title: str
    check: Callable[[Sequence[Resource], float | None], Iterable[str]]
    remedy: str
    source: Source
    enforcement: Literal["mandatory", "advisory"] = "mandatory"
    types: tuple[str, ...] = ("the stack",)


@dataclass(frozen=True)
class Setting:
    """Where a resource is: with a stand-in for AWS or the real one, and what the stack file says of the stack."""

    stand_in: bool
    deletion_protection: bool
    insecure: bool = False


@dataclass(frozen=True)
class Exemption:
    """Rules that do not hold in some settings, and why."""

    rules: tuple[str, ...]
    where: str
    applies: Callable[[Setting], bool]
    reason: str


def is_on(name: str) -> Check:
    """Return the check that a switch is on, or a value is given."""
    return lambda props: [] if get(props, name) else [f"{name} is {_shown(get(props, name))}"]


def is_off(name: str) -> Check:
    """Return the check that a switch is not on."""
    return lambda props: [f"{name} is on"] if get(props, name) is True else []


def at_least(name: str, least: int) -> Check:
    """Return the check that a number is not below `least`."""

    def check(props: Props) -> Iterable[str]:
        value = get(props, name)
        if isinstance(value, int | float) and value < least:
            yield f"{name} is {value:g}"

    return check


def _shown(value: object) -> str:
    return "off" if value is False else "not set"
