"""KMS keys, each with an alias of its own: the name by which a create finds what it made, among thousands of keys."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.kit.args import Args, Input, canonical
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALIAS_TAG = "sixfold:alias"
"""The tag of a key that says which of its aliases is its own."""

_DEFAULT = "default"
_ENABLED, _LEAVING = "Enabled", "PendingDeletion"
_YEAR = 365
_SIGNS: Literal["SIGN_VERIFY"] = "SIGN_VERIFY"
_PAIR: Literal["ECC_NIST_P256"] = "ECC_NIST_P256"


class KeyArgs(Args):
    """The inputs of a Key: symmetric, for encryption, enabled, rotated every year unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9/_-]+$")] | None] = Field(
        None, description="The key's own alias, without `alias/`; None: derived from the resource's name."
    )
    description: Input[str] = Field("", description="What the key protects.")
    usage: Input[Literal["encrypt", "sign"]] = Field(
        "encrypt", description="A symmetric key that encrypts, or a P-256 pair that signs by ECDSA. A change replaces."
    )
    enabled: Input[bool] = Field(True, description="The key can be used; what a disabled one encrypted cannot be read.")
    rotation: Input[bool] = Field(True, description="New key material every year; never for a pair.")
    rotation_days: Input[Annotated[int, Field(ge=90, le=2560)] | None] = Field(
        None, description="Days, 90-2560, between two rotations; None: a year."
    )
    policy: Input[Policy | None] = Field(None, description="Key policy; None: IAM policies of the account decide.")
    deletion_window_days: Input[Annotated[int, Field(ge=7, le=30)]] = Field(
        30, description="Days, 7-30, in which a deleted key can still be brought back."
    )
    tags: Tags = Field(default={}, description=TAGS)

    @field_validator("rotation")
    @classmethod
    def _never_of_a_pair(cls, rotation: bool, given: ValidationInfo) -> bool:  # noqa: FBT001 - as pydantic calls it
        if rotation is True and given.data.get("usage") == "sign":
            raise ValueError("AWS rotates no key that signs: write rotation=False")
        return rotation

    @field_validator("rotation_days")
    @classmethod
    def _none_for_a_year(cls, days: int | None, given: ValidationInfo) -> int | None:
        """Say "a year" in one way, since KMS does not tell them apart."""
        if isinstance(days, int) and given.data.get("rotation") is False:
            raise ValueError("a key without rotation has no days of it: leave rotation_days out")
        return None if days == _YEAR else days


class KeyHandler(AwsHandler[KeyArgs]):
    """A KMS key; its id is the key id. The tag `sixfold:alias` says which alias is its own; further ones are Aliases.

    A key without the tag, such as one that was made by hand, has the first of its aliases for its own; where it gets
    another name, it keeps them all.
    """

    facts = Facts(
        token="sixfold:kms:Key",
        args=KeyArgs,
        service="kms",
        gone=frozenset({"NotFoundException"}),
        create_only=frozenset({"usage"}),
        reads={
            "DescribeKey": reading(
                "Arn Description",
                at="KeyMetadata",
                theirs="AWSAccountId CreationDate CurrentKeyMaterialId DeletionDate Enabled EncryptionAlgorithms KeyId "
                "PendingDeletionWindowInDays SigningAlgorithms",
                fixed={
                    "CustomerMasterKeySpec": ("SYMMETRIC_DEFAULT", _PAIR),
                    "KeyManager": "CUSTOMER",
                    "KeySpec": ("SYMMETRIC_DEFAULT", _PAIR),
                    "KeyState": (_ENABLED, "Disabled", _LEAVING),
                    "KeyUsage": ("ENCRYPT_DECRYPT", _SIGNS),
                    "Origin": "AWS_KMS",
                },
            ),
            "GetKeyPolicy": reading("Policy", theirs="PolicyName"),
            "GetKeyRotationStatus": reading(
                "KeyRotationEnabled RotationPeriodInDays", theirs="KeyId NextRotationDate OnDemandRotationStartDate"
            ),
            "ListAliases": reading(
                "Aliases.AliasName Aliases.TargetKeyId",
                theirs="Aliases.AliasArn Aliases.CreationDate Aliases.LastUpdatedDate",
            ),
            "ListResourceTags": reading(),
        },
        outputs={"arn": "ARN of the key."},
        unreadable=frozenset({"deletion_window_days"}),
        normal={"policy": normal.policy},
        migrations=(added(enabled=True), added(usage="encrypt")),
        tagging=Tagging("KeyId", pair=("TagKey", "TagValue"), output=""),
        actions=actions(
            "kms",
            "CreateAlias CreateKey DeleteAlias DescribeKey DisableKey DisableKeyRotation EnableKey EnableKeyRotation "
            "GetKeyPolicy "
            "GetKeyRotationStatus ListAliases ListKeys ListResourceTags PutKeyPolicy ScheduleKeyDeletion "
            "TagResource UntagResource UpdateKeyDescription",
        ),
        arns=(
            "arn:aws:kms:{at}:key/*",
            "arn:aws:kms:{at}:alias/{name}",
        ),
        unnarrowable=frozenset({"kms:CreateKey", "kms:ListAliases", "kms:ListKeys"}),
        charges=lambda _: [Charge("kms_key_month")],
    )
    mark_keys = AwsHandler.mark_keys | {ALIAS_TAG}
    client: "KMSClient"

    def create(self, urn: str, args: KeyArgs) -> str:
        """Make the key with its tags, or adopt the one that this URN made."""
        with self.missing_is_fine():
            known = self.client.describe_key(KeyId=f"alias/{args.name}")["KeyMetadata"]["KeyId"]
            self.owned(urn, self._tags(known), f"the key alias/{args.name}")
            if self.read(known):
                return known
            self.client.delete_alias(AliasName=f"alias/{args.name}")  # somebody lets the key go, and another one comes
        return self._without_alias(urn) or self._create(urn, args)

    def describe(self, resource_id: str) -> State[KeyArgs] | None:
        """Read every aspect of the key; one that waits for its deletion counts as gone."""
        key, client = {"KeyId": resource_id}, self.client
        metadata = client.describe_key(**key)["KeyMetadata"]
        if metadata.get("KeyState") == _LEAVING:
            return None
        policy = canonical(json.loads(client.get_key_policy(**key, PolicyName=_DEFAULT)["Policy"]))
        default = normal.policy(_default_policy(metadata["Arn"].split(":")[4]))
        rotation = client.get_key_rotation_status(**key)
        tags = self._tags(resource_id)
        args = KeyArgs(
            name=_own(tags, self._aliases(resource_id)),
            description=metadata.get("Description", ""),
            usage="sign" if metadata.get("KeyUsage") == _SIGNS else "encrypt",
            enabled=metadata["KeyState"] == _ENABLED,
            rotation=rotation["KeyRotationEnabled"],
            rotation_days=rotation.get("RotationPeriodInDays") if rotation["KeyRotationEnabled"] else None,
            policy=None if normal.policy(policy) == default else policy,
        )
        return State(args, {"arn": metadata["Arn"]}, tags)

    def tags(self, urn: str, args: KeyArgs) -> dict[str, str]:
        """Return all tags, with the one that says which alias is the key's own."""
        return {**super().tags(urn, args), ALIAS_TAG: str(args.name)}

    def settle_tags(self, resource_id: str, difference: Difference[KeyArgs]) -> None:
        """Settle the alias before the tag that tells of it, so that one that died is still known."""
        if "name" in difference:
            self._rename(resource_id, difference.old_tags.get(ALIAS_TAG), str(difference.want.name))
        super().settle_tags(resource_id, difference)

    def change(self, resource_id: str, difference: Difference[KeyArgs]) -> None:
        """Change what differs, save the alias."""
        client, want = self.client, difference.want
        if "enabled" in difference and want.enabled:  # a disabled key takes no other change of its rotation
            client.enable_key(KeyId=resource_id)
        if "description" in difference:
            client.update_key_description(KeyId=resource_id, Description=want.description)
        if difference.names & {"rotation", "rotation_days"}:
            self._rotate(resource_id, want)
        if "policy" in difference:
            policy = want.policy or _default_policy(self.account)
            client.put_key_policy(KeyId=resource_id, PolicyName=_DEFAULT, Policy=policy)
        if "enabled" in difference and not want.enabled:
            client.disable_key(KeyId=resource_id)

    def delete(self, resource_id: str, args: KeyArgs) -> None:
        """Free its own alias, and let the key go after its deletion window; AWS then frees what others it has."""
        with self.missing_is_fine():
            if self.client.describe_key(KeyId=resource_id)["KeyMetadata"].get("KeyState") == _LEAVING:
                return
            own = _own(self._tags(resource_id), self._aliases(resource_id))
            if own:
                self.client.delete_alias(AliasName=f"alias/{own}")
            self.client.schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=args.deletion_window_days)

    def _create(self, urn: str, args: KeyArgs) -> str:
        tags = as_pairs(self.tags(urn, args), "TagKey", "TagValue")
        pair: Any = {"KeyUsage": _SIGNS, "KeySpec": _PAIR} if args.usage == "sign" else {}
        made = self.client.create_key(Description=args.description, Tags=tags, **pair)
        return made["KeyMetadata"]["KeyId"]

    def _rotate(self, key_id: str, want: KeyArgs) -> None:
        if want.rotation:
            self.client.enable_key_rotation(KeyId=key_id, RotationPeriodInDays=want.rotation_days or _YEAR)
        else:
            self.client.disable_key_rotation(KeyId=key_id)

    def _rename(self, key_id: str, recorded: str | None, wanted: str) -> None:
        """Give the key its alias, and take away the one that it had by our record; others are not ours to take."""
        names = self._aliases(key_id)
        if wanted not in names:
            self.client.create_alias(AliasName=f"alias/{wanted}", TargetKeyId=key_id)
        if recorded in names and recorded != wanted:
            self.client.delete_alias(AliasName=f"alias/{recorded}")

    def _without_alias(self, urn: str) -> str | None:
        """Return the key of a create that died before it made the alias."""
        aliased = self._aliased()
        for page in self.client.get_paginator("list_keys").paginate():
            for key in page["Keys"]:
                key_id = key["KeyId"]
                if key_id not in aliased and self._tags(key_id).get(URN_TAG) == urn and self.read(key_id):
                    return key_id
        return None

    def _aliased(self) -> set[str]:
        pages = self.client.get_paginator("list_aliases").paginate()
        return {alias.get("TargetKeyId", "") for page in pages for alias in page["Aliases"]}

    def _aliases(self, key_id: str) -> list[str]:
        pages = self.client.get_paginator("list_aliases").paginate(KeyId=key_id)
        found = (alias for page in pages for alias in page["Aliases"] if alias.get("TargetKeyId") == key_id)
        return sorted(alias["AliasName"].removeprefix("alias/") for alias in found)

    def _tags(self, key_id: str) -> dict[str, str]:
        return from_pairs(self.client.list_resource_tags(KeyId=key_id)["Tags"], "TagKey", "TagValue")


def _own(tags: Mapping[str, str], names: list[str]) -> str | None:
    """Return which alias is a key's own: the recorded one, None where that is gone; without a record, the first."""
    if recorded := tags.get(ALIAS_TAG):
        return recorded if recorded in names else None
    return names[0] if names else None


def _default_policy(account: str) -> str:
    """Return AWS's policy of a key without a policy: the IAM policies of the account decide."""
    statement = {
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return canonical({"Version": "2012-10-17", "Id": "key-default-1", "Statement": [statement]})
