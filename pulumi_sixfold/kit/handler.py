"""Handler of one resource type: its facts as data, and five calls."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import Annotated, Any, ClassVar, Generic, TypeVar

from pydantic import Field

from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.facts import Facts

A = TypeVar("A", bound=Args)


class ProviderArgs(Args):
    """The settings of a provider. Changing region, endpoint or account replaces all that it made."""

    region: Input[str | None] = Field(None, description="AWS region; None: AWS_REGION.")
    endpoint: Input[str | None] = Field(
        None, description="Address of a stand-in for AWS, such as moto; None: real AWS."
    )
    access_key: Input[str | None] = Field(
        None, description="Access key id that the stand-in at `endpoint` takes; None: `test`. Not for real AWS."
    )
    default_tags: Input[dict[str, Input[str]]] = Field(default={}, description="Tags that every AWS resource gets.")
    account: Input[Annotated[str, Field(pattern=r"^\d{12}$")] | None] = Field(
        None, description="The 12-digit AWS account that is meant; any other is refused. None: any."
    )
    role_arn: Input[str | None] = Field(
        None,
        description="Role to take for every AWS call, such as the stack's deployer; None: the caller's own rights.",
    )
    permissions_boundary: Input[str | None] = Field(
        None, description="ARN of the policy that bounds every role that names no boundary of its own."
    )


@dataclass(frozen=True)
class State(Generic[A]):
    """Present state of a resource.

    Attributes:
        args: its inputs.
        outputs: the properties that only the resource itself has.
        tags: all its tags, with those that the provider adds; the base of the AWS handlers makes the input of them.

    """

    args: A
    outputs: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


class Handler(ABC, Generic[A]):
    """One type of resource.

    The servicer creates by `create` and then `update`, and reads afterwards; what fails after `create` is kept in the
    state as part-done, and the next run goes on with `update`. So `create` makes or adopts the bare thing, and `update`
    brings it to what is wanted from whatever it finds.

    Attributes:
        facts: facts about the type, as data.

    """

    facts: ClassVar[Facts]

    def __init__(self, settings: ProviderArgs, cancelled: Event) -> None:
        self.settings = settings
        self.cancelled = cancelled

    @classmethod
    def explained(cls, error: Exception) -> str:  # noqa: ARG003 - for those that override
        """Return the cause and the remedy of an error that only this kind of handler knows; empty for any other."""
        return ""

    @cached_property
    def scope(self) -> str:
        """Where physical names must be unique beyond the stack; part of their hash."""
        return ""

    def defaults(self, args: A) -> dict[str, Any]:  # noqa: ARG002 - for those that override
        """Return inputs that follow from the provider's settings."""
        return {}

    def may_have_made(self, error: Exception) -> bool:  # noqa: ARG002 - for those that override
        """Return whether a create that failed so may have made the resource all the same."""
        return False

    @abstractmethod
    def create(self, urn: str, args: A) -> str:
        """Make the bare resource, or adopt the one that this URN made before, and return its id."""

    @abstractmethod
    def update(self, urn: str, resource_id: str, args: A) -> None:
        """Change what differs from `args`, and nothing else."""

    @abstractmethod
    def read(self, resource_id: str) -> State[A] | None:
        """Return the present state, from the id alone; None if the resource does not exist."""

    @abstractmethod
    def delete(self, resource_id: str, args: A) -> None:
        """Remove the resource; do nothing where it is gone. `args` are the last inputs, as far as they are known."""
