"""Base of all AWS handlers: clients, the account guard, tags, and the errors that mean "does not exist"."""

import os
import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from pulumi_sixfold.kit.args import Args, is_later
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.handler import Handler, State

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

A = TypeVar("A", bound=Args)

URN_TAG = "sixfold:urn"
TAGS = "Tags; the provider's default_tags are added."

# A stand-in checks no credentials, and must never be sent real ones.
_STAND_IN = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
_clients: dict[tuple[str, str, str, str], Any] = {}
_sessions: dict[tuple[str, str, str], Any] = {}
_making = Lock()


class AwsHandler(Handler[A]):
    """A resource in AWS. `service` names the boto3 client, `gone` the error codes that mean that it does not exist."""

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
        return aws_client(service, self.region, settings.endpoint, settings.role_arn)

    def defaults(self, args: A) -> dict[str, Any]:
        """Return the provider's default tags with the resource's own over them."""
        own = getattr(args, "tags", None)
        return (
            {}
            if own is None or is_later(self.settings.default_tags)
            else {"tags": {**self.settings.default_tags, **own}}
        )

    def read(self, resource_id: str) -> State[A] | None:
        """Return the state in AWS; None if AWS says that the resource does not exist."""
        with self.missing_is_fine():
            return self.describe(resource_id)
        return None

    @abstractmethod
    def describe(self, resource_id: str) -> State[A] | None:
        """Return the state in AWS, or let the error of AWS through."""

    def marked(self) -> Iterator[tuple[str, str]]:
        """Yield the id and the URN tag of each that some stack made, where the Tagging API does not know the type."""
        yield from ()

    def id_of(self, arn: str) -> str:
        """Return the id of what the Tagging API gives by its ARN."""
        return re.sub("^[^:/]+[:/]", "", arn.split(":", 5)[5])

    def remains(self, arn: str) -> bool:
        """Return whether what the Tagging API gives is there, and not only waiting for its end."""
        return self.read(self.id_of(arn)) is not None

    @contextmanager
    def missing_is_fine(self) -> Iterator[None]:
        """End the block quietly where the resource is gone. A stand-in that is down has forgotten everything."""
        from botocore.exceptions import ClientError, EndpointConnectionError  # noqa: PLC0415 - loaded by now

        from pulumi_sixfold.aws.failure import code_of  # noqa: PLC0415

        unreachable: Any = EndpointConnectionError if self.settings.endpoint else ()
        with suppress(unreachable):
            try:
                yield
            except ClientError as error:
                if code_of(error) not in self.facts.gone:
                    raise

    def may_have_made(self, error: Exception) -> bool:
        """Return whether AWS was asked and its answer did not come."""
        from pulumi_sixfold.aws.failure import is_lost_answer  # noqa: PLC0415 - botocore is loaded by now

        return is_lost_answer(error)

    def owned(self, urn: str, tags: Mapping[str, str], what: str) -> None:
        """Refuse to adopt what this URN did not make."""
        owner = tags.get(URN_TAG)
        if owner != urn:
            whose = f"belongs to {owner}" if owner else "was not made by this stack"
            raise ProviderError(
                f"{what} exists already and {whose}",
                remedy="import it (`pulumi import`), remove it, or give the resource another name",
            )


def actions(service: str, names: str) -> tuple[str, ...]:
    """Return IAM actions from their names, which stand between spaces."""
    return tuple(f"{service}:{name}" for name in names.split())


def own_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags without those that mark who made the resource."""
    return {key: value for key, value in tags.items() if key != URN_TAG and not key.startswith("aws:")}


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


def settle_tags(
    have: Mapping[str, str],
    want: Mapping[str, str],
    put: Callable[[dict[str, str]], object],
    remove: Callable[[list[str]], object],
) -> None:
    """Make the tags exactly `want`, with as few calls as that takes."""
    changed = {key: value for key, value in want.items() if have.get(key) != value}
    if changed:
        put(changed)
    surplus = sorted(key for key in have if key not in want and not key.startswith("aws:"))
    if surplus:
        remove(surplus)


def aws_client(service: str, region: str, endpoint: str | None, role: str | None) -> Any:  # noqa: ANN401 - boto3's are made at run time
    """Return the one client of a service, region, endpoint and role. Unlike sessions, clients are thread-safe."""
    key = (service, region, endpoint or "", role or "")
    with _making:
        if key not in _clients:
            from botocore.config import Config  # noqa: PLC0415 - half a second, for those who use AWS

            from pulumi_sixfold.aws.retries import set_rules  # noqa: PLC0415

            config = Config(
                retries={"mode": "standard", "max_attempts": 2 if endpoint else 8},
                max_pool_connections=64,
                read_timeout=float(os.environ.get("SIXFOLD_AWS_TIMEOUT") or 60),
                s3={"addressing_style": "path" if endpoint else "auto"},
            )
            session = _sessions.get(key[1:]) or _sessions.setdefault(key[1:], _session(*key[1:]))
            _clients[key] = session.client(service, endpoint_url=endpoint or None, config=config)
            set_rules(_clients[key], region)
        return _clients[key]


def _session(region: str, endpoint: str, role: str) -> Any:  # noqa: ANN401 - its 400 overloads want a literal
    """Return a session of whoever runs this, or of the role that they take; a stand-in is asked for its own role."""
    import boto3  # noqa: PLC0415 - see aws_client
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials  # noqa: PLC0415
    from botocore.exceptions import NoCredentialsError  # noqa: PLC0415

    known: Any = _STAND_IN if endpoint else {}
    session: Any = boto3.Session(region_name=region, **known)
    if role:
        own = session.get_credentials()
        if own is None:
            raise NoCredentialsError
        fetcher = AssumeRoleCredentialFetcher(
            partial(boto3.Session(region_name=region).client, endpoint_url=endpoint or None),
            own,
            role,
            {"RoleSessionName": "sixfold"},
        )
        # There is no public way to a role that is taken again before its hour is over, other than a file in ~/.aws.
        session._session._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")  # noqa: SLF001
    return session
