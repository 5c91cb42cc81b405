"""KMS keys, each with an alias of its own: the name by which a create finds what it made, among thousands of keys."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.kit.args import Args, Document, Input, Tags, canonical
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ALIAS_TAG = "sixfold:alias"
"""The tag of a key that says which of its aliases is its own."""

_DEFAULT = "default"


class KeyArgs(Args):
    """The inputs of a Key: symmetric, for encryption, rotated every year unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9/_-]+$")] | None] = Field(
        None, description="The key's own alias, without `alias/`; None: derived from the resource's name."
    )
    description: Input[str] = Field("", description="What the key protects.")
    rotation: Input[bool] = Field(True, description="New key material every year.")
    policy: Input[Document | None] = Field(None, description="Key policy; None: IAM policies of the account decide.")
    deletion_window_days: Input[Annotated[int, Field(ge=7, le=30)]] = Field(
        30, description="Days, 7-30, in which a deleted key can still be brought back."
    )
    tags: Tags = Field(default={}, description=TAGS)


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
        outputs={"arn": "ARN of the key."},
        unreadable=frozenset({"deletion_window_days"}),
        tagging=Tagging("KeyId", pair=("TagKey", "TagValue"), output=""),
        actions=actions(
            "kms",
            "CreateAlias CreateKey DeleteAlias DescribeKey DisableKeyRotation EnableKeyRotation GetKeyPolicy "
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
        if metadata.get("KeyState") == "PendingDeletion":
            return None
        policy = canonical(json.loads(client.get_key_policy(**key, PolicyName=_DEFAULT)["Policy"]))
        tags = self._tags(resource_id)
        args = KeyArgs(
            name=_own(tags, self._aliases(resource_id)),
            description=metadata.get("Description", ""),
            rotation=client.get_key_rotation_status(**key)["KeyRotationEnabled"],
            policy=None if policy == _default_policy(metadata["Arn"].split(":")[4]) else policy,
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
        if "description" in difference:
            client.update_key_description(KeyId=resource_id, Description=want.description)
        if "rotation" in difference:
            (client.enable_key_rotation if want.rotation else client.disable_key_rotation)(KeyId=resource_id)
        if "policy" in difference:
            policy = want.policy or _default_policy(self.account)
            client.put_key_policy(KeyId=resource_id, PolicyName=_DEFAULT, Policy=policy)

    def delete(self, resource_id: str, args: KeyArgs) -> None:
        """Free its own alias, and let the key go after its deletion window; AWS then frees what others it has."""
        state = self.read(resource_id)
        if state is None:
            return
        if state.args.name:
            self.client.delete_alias(AliasName=f"alias/{state.args.name}")
        self.client.schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=args.deletion_window_days)

    def _create(self, urn: str, args: KeyArgs) -> str:
        tags = as_pairs(self.tags(urn, args), "TagKey", "TagValue")
        made = self.client.create_key(Description=args.description, Tags=tags)
        return made["KeyMetadata"]["KeyId"]

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
