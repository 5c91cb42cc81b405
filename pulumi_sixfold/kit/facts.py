"""Facts about one type of resource, as one value: whoever needs one reads it here, and nowhere else.

The servicer, the schema, the reference, the deployer's policy, the preflight, the leak check and the tests read it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pulumi_sixfold.kit.args import Args, is_later
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.deadline import DEFAULT_S
from pulumi_sixfold.kit.reading import Reading

Charges = Callable[[Mapping[str, Any]], list[Charge]]
Migration = Callable[[dict[str, Any]], dict[str, Any]]


class Quota(NamedTuple):
    """A quota of AWS's Service Quotas that a resource counts against, and how to count what an account has.

    Attributes:
        service: as Service Quotas names it.
        code: of the quota (https://docs.aws.amazon.com/servicequotas/latest/userguide/intro.html).
        what: the thing counted, in the plural.
        client: name of the boto3 client that lists the things.
        operation: the operation that lists them.
        key: the list in its answer.

    """

    service: str
    code: str
    what: str
    client: str
    operation: str
    key: str


class Tagging(NamedTuple):
    """How a service tags a resource: by `tag_<kind>` and `untag_<kind>`.

    Attributes:
        on: the parameter of both that says which resource.
        tags: the parameter for tags to set.
        keys: the parameter for keys to remove.
        pair: how tags are listed; None: as a map.
        kind: the end of both operations' names.
        output: the output that goes into `on`; empty: the id.
        one_case: keys that differ in case alone are one key.

    """

    on: str
    tags: str = "Tags"
    keys: str = "TagKeys"
    pair: tuple[str, str] | None = ("Key", "Value")
    kind: str = "resource"
    output: str = "arn"
    one_case: bool = False


# By AWS's own levels; a value under a key of KMS is not read without the last.
_READS = re.compile(r":(?:Get|List|Describe|View)|kms:Decrypt$")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """One type of resource.

    Attributes:
        token: the type, `sixfold:<module>:<Name>`.
        args: the model of the inputs.
        service: the boto3 client; empty for a resource on this machine.
        gone: error codes of AWS which mean that the resource does not exist.
        create_only: inputs whose change replaces the resource; the physical name derives from the others of them.
        identity: inputs by which the resource is known where it lives; two with the same cannot exist at once.
        outputs: name → description of the properties that only the resource can tell. An update never changes them.
        secrets: properties that are secret even where the program did not say so.
        unreadable: inputs that only Pulumi knows; `read` leaves them at their defaults.
        reads: operation of AWS, as AWS writes it → what the type understands of its answer.
        normal: input → its normal form, in which two spellings of the same are equal, such as a policy's.
        masked: input → the form in which AWS shows it, such as a URL without its password.
        name_property: the input that is the physical name, where there is one.
        name_limit: the longest physical name, in characters.
        name_separator: the character between the words of a physical name.
        timeout_s: seconds that a create, an update or a delete may take where `custom_timeouts` says nothing.
        actions: the IAM actions that the calls need.
        unnarrowable: those of `actions` that AWS allows on everything or not at all
            (https://docs.aws.amazon.com/service-authorization/).
        arns: the ARNs that the calls are on, its own first: `{at}` is region and account, other names are inputs.
        lists_with: IAM actions that the leak check needs to list this type, beyond the Tagging API.
        lists_on: the ARNs of those, with `{at}` and `{account}`; none where AWS cannot narrow them.
        quota: the quota of an account that this type counts against first.
        passes_roles_to: the AWS service that gets a role with it, where there is one.
        tagging: how its service tags it; None: not at all, or the handler overrides `settle_tags`.
        charges: from the inputs to what AWS charges for at rest; None: nothing.
        free: what it costs by, where it costs nothing at rest; empty where there are charges.
        migrations: from version to version, functions that turn the inputs in a state into those of the next version.

    """

    token: str
    args: type[Args]
    service: str = ""
    gone: frozenset[str] = frozenset()
    create_only: frozenset[str] = frozenset()
    identity: frozenset[str] = frozenset({"name"})
    outputs: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    reads: Mapping[str, Reading] = field(default_factory=dict)
    normal: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    masked: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    name_property: str = "name"
    name_limit: int = 63
    name_separator: str = "-"
    timeout_s: float = DEFAULT_S
    actions: tuple[str, ...] = ()
    unnarrowable: frozenset[str] = frozenset()
    arns: tuple[str, ...] = ()
    lists_with: tuple[str, ...] = ()
    lists_on: tuple[str, ...] = ()
    quota: Quota | None = None
    passes_roles_to: str = ""
    tagging: Tagging | None = None
    charges: Charges | None = None
    free: str = ""
    migrations: tuple[Migration, ...] = ()

    @property
    def kind_name(self) -> str:
        """The last part of the token, such as `Bucket`."""
        return self.token.rsplit(":", 1)[-1]

    @property
    def reading(self) -> tuple[str, ...]:
        """Those of the actions that a refresh or an import needs: they change nothing."""
        return tuple(action for action in self.actions if _READS.search(action))

    def in_old_words(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
        """Return new inputs in which each that means the same as the old one is spelt like it."""
        return {name: old[name] if self._same(name, old.get(name), value) else value for name, value in new.items()}

    def _same(self, name: str, old: Any, new: Any) -> bool:  # noqa: ANN401 - any JSON value
        if old is None or new is None or is_later(old) or is_later(new):
            return False
        if name in self.masked:
            return self.masked[name](old) == str(new) or self.masked[name](new) == str(old)
        try:
            return name in self.normal and bool(self.normal[name](old) == self.normal[name](new))
        except (TypeError, ValueError):  # an older version of the type took what is none today
            return False
