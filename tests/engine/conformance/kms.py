"""KMS keys and aliases; `key` is there for others. `alias` comes before the key's own one in the alphabet."""

import json

from pulumi_sixfold.aws.kms import KeyHandler
from pulumi_sixfold.aws.kms_alias import AliasHandler
from tests.engine.conformance._case import GONE, Aws, Case, may

_POLICY = may("kms:*") | {"Id": "own"}


def _rename(aws: Aws, key: str) -> None:
    kms = aws("kms")
    names = [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]]
    kms.delete_alias(AliasName=next(name for name in names if name.startswith("alias/kms-key-")))
    kms.create_alias(AliasName="alias/by-hand", TargetKeyId=key)


def _lead_elsewhere(aws: Aws, alias: str) -> None:
    other = aws("kms").create_key()["KeyMetadata"]["KeyId"]
    aws("kms").update_alias(AliasName=f"alias/{alias}", TargetKeyId=other)


CASES = {
    "key": Case(KeyHandler, {}),
    "kms_key": Case(
        KeyHandler,
        {"description": "a"},
        changes=[
            {"name": "other"},
            {"description": "b"},
            {"rotation": False},
            {"enabled": False},
            {"enabled": True},
            {"policy": _POLICY},
            {"tags": {"a": "b"}},
            {"deletion_window_days": 7},
            {"usage": "sign"},  # without rotation, as a step before has left it
        ],
        drift={
            "name": _rename,
            "description": lambda aws, key: aws("kms").update_key_description(KeyId=key, Description="by hand"),
            "rotation": lambda aws, key: aws("kms").disable_key_rotation(KeyId=key),
            "enabled": lambda aws, key: aws("kms").disable_key(KeyId=key),
            "policy": lambda aws, key: aws("kms").put_key_policy(
                KeyId=key, PolicyName="default", Policy=json.dumps(_POLICY)
            ),
            "tags": lambda aws, key: aws("kms").tag_resource(KeyId=key, Tags=[{"TagKey": "by", "TagValue": "hand"}]),
            GONE: lambda aws, key: aws("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
        },
        constant={"rotation_days": "moto tells no period of a rotation; see test_kms.py"},
        unseen={"rotation_days": "as above"},
    ),
    "alias": Case(
        AliasHandler,
        {"key_id": "@kms_key.id"},
        changes=[{"key_id": "@key.id"}, {"name": "other-alias"}],
        drift={
            "key_id": _lead_elsewhere,
            GONE: lambda aws, alias: aws("kms").delete_alias(AliasName=f"alias/{alias}"),
        },
    ),
}
