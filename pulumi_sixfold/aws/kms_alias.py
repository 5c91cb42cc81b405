"""Aliases of KMS keys: names that lead to a key, and to another one when told so."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pulumi_sixfold.aws.handler import URN_TAG, AwsHandler, actions, from_pairs
from pulumi_sixfold.aws.kms import ALIAS_TAG, KeyHandler
from pulumi_sixfold.aws.waiting import wait_for
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_kms.type_defs import KeyMetadataTypeDef

_THERE = (
    {"matcher": "error", "expected": "NotFoundException", "state": "retry"},
    {"matcher": "status", "expected": 200, "state": "success"},
)


_OF_THE_KEY = " ".join(
    f"KeyMetadata.{part}"
    for part in (
        *("AWSAccountId", "CloudHsmClusterId", "CreationDate", "CurrentKeyMaterialId", "CustomKeyStoreId"),
        *("CustomerMasterKeySpec", "DeletionDate", "Description", "Enabled", "EncryptionAlgorithms"),
        *("ExpirationModel", "KeyAgreementAlgorithms", "KeyManager", "KeySpec", "KeyState", "KeyUsage"),
        *("MacAlgorithms", "MultiRegion", "MultiRegionConfiguration", "Origin", "PendingDeletionWindowInDays"),
        *("SigningAlgorithms", "ValidTo", "XksKeyConfiguration"),
    )
)
"""The key itself is a Key's."""


class AliasArgs(Args):
    """The inputs of an Alias: a further name of a key, beside the one that each Key has."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9/_-]{1,250}$")] | None] = Field(
        None,
        description="1-250 characters, without `alias/`; None: derived from the resource's name. A change replaces.",
    )
    key_id: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9-]+$")]] = Field(
        description="The key's id, as `key.id`; not its ARN."
    )


class AliasHandler(AwsHandler[AliasArgs]):
    """An alias of a KMS key; its id is its name, without `alias/`.

    KMS keeps no tags on aliases: one that is there already is adopted where it leads to the key.

    One that leads to another key is refused, unless that key is of the same stack and waits for its deletion; so is one
    that a Key has for its own.
    """

    facts = Facts(
        token="sixfold:kms:Alias",
        args=AliasArgs,
        service="kms",
        gone=KeyHandler.facts.gone,
        create_only=frozenset({"name"}),
        reads={
            "DescribeKey": reading("KeyMetadata.KeyId KeyMetadata.Arn", theirs=_OF_THE_KEY),
        },
        outputs={"arn": "ARN of the alias."},
        name_limit=250,
        actions=actions(
            "kms",
            "CreateAlias DeleteAlias DescribeKey ListResourceTags UpdateAlias",
        ),
        arns=(
            "arn:aws:kms:{at}:alias/{name}",
            "arn:aws:kms:{at}:key/*",
        ),
        free="free",
    )
    client: "KMSClient"

    def create(self, urn: str, args: AliasArgs) -> str:
        """Make the alias, or adopt one by which nobody loses anything."""
        name = str(args.name)
        with self.missing_is_fine():
            self._adoptable(urn, name, args.key_id, self._key(name))
            return name
        self.client.create_alias(AliasName=f"alias/{name}", TargetKeyId=args.key_id)
        wait_for(self.client, "DescribeKey", _THERE, KeyId=f"alias/{name}")
        return name

    def describe(self, resource_id: str) -> State[AliasArgs]:
        """Read where the alias leads to."""
        key = self._key(resource_id)
        arn = f"{key['Arn'].rsplit(':', 1)[0]}:alias/{resource_id}"
        return State(AliasArgs(name=resource_id, key_id=key["KeyId"]), {"arn": arn})

    def change(self, resource_id: str, difference: Difference[AliasArgs]) -> None:
        """Lead to the key that is wanted."""
        self.client.update_alias(AliasName=f"alias/{resource_id}", TargetKeyId=difference.want.key_id)

    def delete(self, resource_id: str, args: AliasArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the alias; its key stays."""
        with self.missing_is_fine():
            self.client.delete_alias(AliasName=f"alias/{resource_id}")

    def _key(self, name: str) -> "KeyMetadataTypeDef":
        return self.client.describe_key(KeyId=f"alias/{name}")["KeyMetadata"]

    def _adoptable(self, urn: str, name: str, wanted: str, key: "KeyMetadataTypeDef") -> None:
        """Refuse an alias that a Key has for its own, or by which somebody else uses another key.

        Raises:
            ProviderError: as above.

        """
        tags = from_pairs(self.client.list_resource_tags(KeyId=key["KeyId"])["Tags"], "TagKey", "TagValue")
        if key.get("KeyState") == "PendingDeletion" and _stack(tags.get(URN_TAG, "")) == _stack(urn):
            return
        if tags.get(ALIAS_TAG) == name:
            raise ProviderError(
                f"the alias {name} is the own one of the key {key['KeyId']}",
                remedy="leave it to its Key, or give the Alias another name",
            )
        if key["KeyId"] != wanted:
            raise ProviderError(
                f"the alias {name} exists already and leads to the key {key['KeyId']}, not to {wanted}",
                remedy="import it (`pulumi import`), remove it, or give the resource another name",
            )


def _stack(mark: str) -> list[str]:
    """Return the stack and the project of a URN, or of the tag made of it."""
    return mark.split("::")[:2]
