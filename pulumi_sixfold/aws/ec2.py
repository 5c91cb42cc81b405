"""Base of EC2's network resources. AWS names them, so they are found again by the tag with their URN."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pulumi_sixfold.aws.complete import complete
from pulumi_sixfold.aws.handler import URN_TAG, A, AwsHandler, as_pairs, from_pairs, tag_changes
from pulumi_sixfold.kit.args import Args
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

TAGGING = "CreateTags DeleteTags"

GONE = frozenset(
    {
        "Gateway.NotAttached",
        "InvalidAllocationID.NotFound",
        "InvalidAssociationID.NotFound",
        "InvalidGroup.NotFound",
        "InvalidInternetGatewayID.NotFound",
        "InvalidRouteTableID.NotFound",
        "InvalidSubnetID.NotFound",
        "InvalidVpcEndpointId.NotFound",
        "InvalidVpcID.NotFound",
        "NatGatewayNotFound",
    }
)


class Listing(NamedTuple):
    """How EC2 lists a kind: the operation, the keys of its list and of an id, the parameters for filters and ids."""

    operation: str
    answer: str
    key: str
    filters: str
    ids: str


@dataclass(frozen=True, kw_only=True)
class Ec2Facts(Facts):
    """Facts of a network resource; `kind` is its name in tag specifications."""

    kind: str
    listing: Listing


class Ec2Handler(AwsHandler[A]):
    """A network resource of EC2; the id is the one that AWS gives."""

    facts: ClassVar[Ec2Facts]
    client: "EC2Client"

    def create(self, urn: str, args: A) -> str:
        """Make the resource with its tags, or adopt the one that this URN made of the same create-only inputs."""
        made = self._made_before(urn, args)
        if made is None:
            tags = as_pairs(self.tags(urn, args))
            made = self.make(args, {"TagSpecifications": [{"ResourceType": self.facts.kind, "Tags": tags}]})
        self.settled(made)
        return made

    def describe(self, resource_id: str) -> State[A] | None:
        """Read the resource."""
        operation, answer, _, _, ids = self.facts.listing
        found = getattr(self.client, operation)(**{ids: [resource_id]})[answer]
        state = self.state(found[0]) if found else None
        return state and replace(state, tags=from_pairs(found[0].get("Tags", [])))

    def settle_tags(self, resource_id: str, difference: Difference[A]) -> None:
        """Make the tags exactly those that are wanted."""
        self.tag(resource_id, difference.old_tags, difference.tags)

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield id and mark of each, from the listing of its kind."""
        operation, answer, key, filters, _ = self.facts.listing
        pages = self.client.get_paginator(operation).paginate(**{filters: [{"Name": "tag-key", "Values": [URN_TAG]}]})  # type: ignore[call-overload] # by name
        for found in (found for page in pages for found in page[answer]):
            if self._is_there(found):
                yield str(found[key]), from_pairs(found["Tags"])[URN_TAG]

    @abstractmethod
    def make(self, args: A, marked: Any) -> str:  # noqa: ANN401 - TagSpecifications, as each operation types it
        """Make the bare resource with the tags that `marked` sets, and return its id."""

    @abstractmethod
    def settled(self, resource_id: str) -> None:
        """Wait until the resource is there for all who ask."""

    @abstractmethod
    def state(self, found: Any) -> State[A] | None:  # noqa: ANN401 - an item of the listing
        """Return the state in an item of the listing; None for a resource that is being deleted."""

    def tag(self, resource_id: str, have: Mapping[str, str], want: Mapping[str, str]) -> None:
        """Set and remove the tags that differ."""
        changed, surplus = tag_changes(have, want)
        if changed:
            self.client.create_tags(Resources=[resource_id], Tags=as_pairs(changed))
        if surplus:
            self.client.delete_tags(Resources=[resource_id], Tags=[{"Key": key} for key in surplus])

    def _is_there(self, found: Any) -> bool:  # noqa: ANN401 - an item of the listing
        """Return whether an item of the listing is there, whatever can be said of it, and is not being deleted."""
        try:
            return self.state(found) is not None
        except (KeyError, ProviderError, ValueError):
            return True

    def _made_before(self, urn: str, args: Args) -> str | None:
        operation, answer, key, filters, _ = self.facts.listing
        marked = {filters: [{"Name": f"tag:{URN_TAG}", "Values": [urn]}]}
        for page in self.client.get_paginator(operation).paginate(**marked):  # type: ignore[call-overload] # by name
            for found in page[answer]:
                with complete(self.facts, str(found[key])):
                    state = self.state(found) if from_pairs(found.get("Tags", [])).get(URN_TAG) == urn else None
                if state and all(getattr(state.args, name) == getattr(args, name) for name in self.facts.create_only):
                    return str(found[key])
        return None


def arn(found: Any, region: str, kind: str, resource_id: str) -> str:  # noqa: ANN401 - an item of any listing
    """Return the ARN of an item, which most listings leave out."""
    return f"arn:aws:ec2:{region}:{found['OwnerId']}:{kind}/{resource_id}"
