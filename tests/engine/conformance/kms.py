"""KMS keys; `key` is there for others."""

import json

from infra.providers.aws.kms import KeyHandler
from tests.engine.conformance._case import Aws, Case, may

_POLICY = may("kms:*") | {"Id": "own"}


def _rename(aws: Aws, key: str) -> None:
    kms = aws("kms")
    for alias in kms.list_aliases(KeyId=key)["Aliases"]:
        kms.delete_alias(AliasName=alias["AliasName"])


CASES = {
    "key": Case(KeyHandler, {}),
    "kms_key": Case(
        KeyHandler,
        {"description": "a"},
        changes=[
            {"name": "other"},
            {"description": "b"},
            {"rotation": False},
            {"policy": _POLICY},
            {"tags": {"a": "b"}},
            {"deletion_window_days": 7},
        ],
        drift={
            "name": _rename,
            "description": lambda aws, key: aws("kms").update_key_description(KeyId=key, Description="by hand"),
            "rotation": lambda aws, key: aws("kms").disable_key_rotation(KeyId=key),
            "policy": lambda aws, key: aws("kms").put_key_policy(
                KeyId=key, PolicyName="default", Policy=json.dumps(_POLICY)
            ),
            "tags": lambda aws, key: aws("kms").tag_resource(KeyId=key, Tags=[{"TagKey": "by", "TagValue": "hand"}]),
        },
    ),
}
