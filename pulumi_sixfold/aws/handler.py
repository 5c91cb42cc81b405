"""Base of all AWS handlers: the update, the account guard, tags, and the errors that mean "does not exist"."""

import os
import re
import sys
from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from pulumi_sixfold.aws.client import aws_client
from pulumi_sixfold.aws.complete import complete
from pulumi_sixfold.kit.args import Args, is_later, plain
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.handler import Handler, State
from pulumi_sixfold.kit.reading import UnsayableError

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

A = TypeVar("A", bound=Args)

URN_TAG = "sixfold:urn"
TAGS = "Tags; the provider's default_tags are added."


class AwsHandler(Handler[A]):
    """A resource in AWS.

    `describe` reads it, once for each update, and `change` gets the difference; reading and comparing is the base's.

    Attributes:
        mark_keys: keys of the tags that the provider adds, which are no inputs.

    """

    mark_keys: ClassVar[frozenset[str]] = frozenset({URN_TAG})

    @classmethod
    def explained(cls, error: Exception) -> str:
        """Return an error of AWS in its own words, and what to do."""
        botocore = sys.modules.get("botocore.exceptions")
        if botocore and isinstance(error, botocore.ClientError | botocore.BotoCoreError):
            from pulumi_sixfold.aws.failure import aws_sentence  # noqa: PLC0415 - only where botocore is loaded

            return aws_sentence(error)
        return ""

    @cached_property
    def client(self) -> Any:  # noqa: ANN401 - subclasses give it the type of their service
        """The boto3 client of the service, once the account is known to be the right one."""
        expected = self.settings.account
        if expected and self.account != expected:
            raise ProviderError(
                f"the AWS credentials belong to account {self.account}, and this stack to {expected}",
                remedy="switch AWS_PROFILE, or correct the account in the stack's configuration",
            )
        return self.client_for(self.facts.service)

    @cached_property
    def account(self) -> str:
        """The account that the credentials belong to."""
        return self.caller["Account"]

    @cached_property
    def caller(self) -> "GetCallerIdentityResponseTypeDef":
        """Whose the credentials are."""
        sts: STSClient = self.client_for("sts")
        return sts.get_caller_identity()

    @property
    def region(self) -> str:
        """The region of the provider."""
        region = self.settings.region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if not region:
            raise ProviderError("no AWS region is given", remedy="give the Provider a region, or set AWS_REGION")
        return region

    @cached_property
    def scope(self) -> str:
        """Account and region. A stand-in has one account, and need not run yet when names are settled."""
        account = self.settings.account or ("stand-in" if self.settings.endpoint else self.account)
        return f"{account}/{self.region}"

    def client_for(self, service: str) -> Any:  # noqa: ANN401 - boto3's are made at run time
        """Return the one client of any service, for the provider's region, endpoint and role."""
        settings = self.settings
        return aws_client(service, self.region, settings.endpoint, settings.role_arn, settings.access_key)

    def defaults(self, args: A) -> dict[str, Any]:
        """Return the provider's default tags with the resource's own over them."""
        own = getattr(args, "tags", None)
        if own is None or is_later(self.settings.default_tags):
            return {}
        given = {key: value for key, value in self.settings.default_tags.items() if not self._same_key(key, own)}
        return {"tags": {**given, **own}}

    def read(self, resource_id: str) -> State[A] | None:
        """Return the state in AWS; None if AWS says that the resource does not exist.

        Raises:
            UnsayableError: the inputs of the type cannot express the state.

        """
        with self.missing_is_fine(), complete(self.facts, resource_id):
            state = self.describe(resource_id)
            return self._with_own_tags(state) if state else None
        return None

    def update(self, urn: str, resource_id: str, args: A) -> None:
        """Change what differs: the tags first, since they say whose the resource is.

        Raises:
            ProviderError: the resource does not exist, or the inputs of its type cannot express its state.

        """
        if self.facts.create_only >= self.facts.args.model_fields.keys():
            return
        state = None
        with self._gone_is_fine(), complete(self.facts, resource_id):
            state = self.ready(resource_id)
        if state is None:
            raise ProviderError(
                f"the {self.facts.kind_name} {resource_id} does not exist any more",
                remedy="run `pulumi up --refresh`: the refresh finds that it is gone, and the up creates it again",
            )
        names = self._differing(state.args, args)
        # A document that means what AWS has is not written for its spelling.
        want = args.model_copy(update={name: getattr(state.args, name) for name in self.facts.normal.keys() - names})
        difference = Difference(state.args, want, names, state.outputs, state.tags, self.tags(urn, args))
        self.settle_tags(resource_id, difference)
        if difference.names:
            self.change(resource_id, difference)

    @abstractmethod
    def describe(self, resource_id: str) -> State[A] | None:
        """Return the state in AWS, or let the error of AWS through; the base makes the input `tags` of its tags."""

    def change(self, resource_id: str, difference: Difference[A]) -> None:
        """Change the inputs that differ, save the tags; nothing for a type whose every input replaces."""

    def ready(self, resource_id: str) -> State[A] | None:
        """Return the state once the resource can be changed."""
        return self.describe(resource_id)

    def tags(self, urn: str, args: A) -> dict[str, str]:
        """Return all tags that the resource gets: its input, and those that the provider adds."""
        return {**getattr(args, "tags", {}), URN_TAG: urn}

    def settle_tags(self, resource_id: str, difference: Difference[A]) -> None:
        """Make the tags exactly those that are wanted, as `facts.tagging` says."""
        how = self.facts.tagging
        if how is None:
            return
        on = {how.on: difference.outputs[how.output] if how.output else resource_id}
        changed, surplus = tag_changes(difference.old_tags, difference.tags)
        surplus = [key for key in surplus if not self._same_key(key, difference.tags)]
        if changed:
            tags = as_pairs(changed, *how.pair) if how.pair else changed
            getattr(self.client, f"tag_{how.kind}")(**on, **{how.tags: tags})
        if surplus:
            getattr(self.client, f"untag_{how.kind}")(**on, **{how.keys: surplus})

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield the id and the URN tag of each that some stack made, where the Tagging API does not know the type."""
        yield from ()

    def id_of(self, arn: str) -> str:
        """Return the id of what the Tagging API gives by its ARN."""
        return re.sub("^[^:/]+[:/]", "", arn.split(":", 5)[5])

    def remains(self, arn: str) -> bool:
        """Return whether what the Tagging API gives is there, and not only waiting for its end."""
        try:
            return self.read(self.id_of(arn)) is not None
        except UnsayableError:
            return True

    @contextmanager
    def missing_is_fine(self) -> Iterator[None]:
        """End the block quietly where the resource is gone. A stand-in that is down has forgotten everything."""
        from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415 - loaded by now

        unreachable: Any = EndpointConnectionError if self.settings.endpoint else ()
        with suppress(unreachable), self._gone_is_fine():
            yield

    def may_have_made(self, error: Exception) -> bool:
        """Return whether AWS was asked and its answer did not come."""
        from pulumi_sixfold.aws.failure import is_lost_answer  # noqa: PLC0415 - botocore is loaded by now

        return is_lost_answer(error)

    def adopts(self, urn: str, resource_id: str, what: str) -> bool:
        """Return whether the resource exists already; refuse one that this URN did not make."""
        state = self.read(resource_id)
        if state is not None:
            self.owned(urn, state.tags, what)
        return state is not None

    def owned(self, urn: str, tags: Mapping[str, str], what: str) -> None:
        """Refuse to adopt what this URN did not make."""
        owner = tags.get(URN_TAG)
        if owner != urn:
            whose = f"belongs to {owner}" if owner else "was not made by this stack"
            raise ProviderError(
                f"{what} exists already and {whose}",
                remedy="import it (`pulumi import`), remove it, or give the resource another name",
            )

    def _same_key(self, key: str, tags: Collection[str]) -> bool:
        """Return whether the service takes a key for one of these that is written otherwise."""
        one_case = self.facts.tagging is not None and self.facts.tagging.one_case
        return one_case and key.lower() in {other.lower() for other in tags}

    @contextmanager
    def _gone_is_fine(self) -> Iterator[None]:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded by now

        from pulumi_sixfold.aws.failure import code_of  # noqa: PLC0415

        try:
            yield
        except ClientError as error:
            if code_of(error) not in self.facts.gone:
                raise

    def _differing(self, have: A, want: A) -> frozenset[str]:
        compared = self.facts.args.model_fields.keys() - self.facts.unreadable - {"tags"}
        found, wanted = plain(have), plain(want)
        settled = self.facts.in_old_words(found, wanted)
        return frozenset(name for name in compared if found.get(name) != settled.get(name))

    def _with_own_tags(self, state: State[A]) -> State[A]:
        if "tags" not in self.facts.args.model_fields:
            return state
        return replace(state, args=state.args.model_copy(update={"tags": own_tags(state.tags, self.mark_keys)}))


def actions(service: str, names: str) -> tuple[str, ...]:
    """Return IAM actions from their names, which stand between spaces."""
    return tuple(f"{service}:{name}" for name in names.split())


def own_tags(tags: Mapping[str, str], marks: Collection[str] = (URN_TAG,)) -> dict[str, str]:
    """Return the tags without those that the provider and AWS itself add."""
    return {key: value for key, value in tags.items() if key not in marks and not key.startswith("aws:")}


def of_aws(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags of AWS itself, which a service that takes tags as a whole does not let go."""
    return {key: value for key, value in tags.items() if key.startswith("aws:")}


def as_pairs(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> Any:  # noqa: ANN401 - each client's own
    """Return tags as AWS lists them."""
    return [{key: name, value: text} for name, text in sorted(tags.items())]


def from_pairs(pairs: Any, key: str = "Key", value: str = "Value") -> dict[str, str]:  # noqa: ANN401 - each client's own
    """Return the tags that AWS lists."""
    return {pair[key]: pair[value] for pair in pairs}


def marks(ids: Iterable[str], tags_of: Callable[[str], Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the id and the URN tag of each that has one."""
    found = ((resource_id, tags_of(resource_id).get(URN_TAG)) for resource_id in ids)
    yield from ((resource_id, mark) for resource_id, mark in found if mark)


def tag_changes(have: Mapping[str, str], want: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the tags to set and the keys to remove; those of AWS itself stay."""
    changed = {key: value for key, value in want.items() if have.get(key) != value}
    return changed, sorted(key for key in have if key not in want and not key.startswith("aws:"))
