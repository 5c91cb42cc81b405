"""The documents of a bucket, and what they mean. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.aws import normal
from pulumi_sixfold.kit.args import canonical

BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
"""A public access block with all four switches on."""
# LifecycleRule's field → S3's action and its unit
_DAYS = {
    "expire_days": ("Expiration", "Days"),
    "noncurrent_days": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "abort_upload_days": ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
}


def all_or_none(access: Mapping[str, bool] | None) -> bool:
    """Return whether a bucket is closed to the public.

    Raises:
        ValueError: one of the four switches is on and another is off.

    """
    switches = set((access or {}).values()) or {False}
    if len(switches) > 1:
        raise ValueError("a public access block that is half open")
    return switches.pop()


def statements(policy: Any) -> list[Any]:  # noqa: ANN401 - a Policy, or None
    """Return the statements of a document."""
    return normal.as_list(json.loads(policy).get("Statement")) if policy else []


def joined_policy(bucket: str, switches: Mapping[str, bool], policy: Any) -> str | None:  # noqa: ANN401 - a Document
    """Return the bucket's policy: the given statements, and those that stand for inputs of their own."""
    document = json.loads(policy) if policy else {"Version": "2012-10-17"}
    own = [statement for name, statement in _own_statements(bucket).items() if switches[name]]
    document["Statement"] = [*statements(policy), *own]
    return canonical(document) if document["Statement"] else None


def split_policy(bucket: str, text: str | None) -> tuple[dict[str, bool], str | None]:
    """Return the inputs that have a statement of their own in a bucket's policy, and the rest of it as a document."""
    rest, switches = statements(text), {}
    for name, statement in _own_statements(bucket).items():
        ours = normal.policy({"Statement": statement})
        others = [each for each in rest if normal.policy({"Statement": each}) != ours]
        switches[name], rest = len(others) < len(rest), others
    return switches, canonical({**json.loads(str(text)), "Statement": rest}) if rest else None


def _own_statements(bucket: str) -> dict[str, dict[str, Any]]:
    arn = f"arn:aws:s3:::{bucket}"
    nobody = {"Effect": "Deny", "Principal": "*"}
    return {
        "tls_only": {
            "Sid": "TlsOnly",
            **nobody,
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        "write_once": {  # the parts of a large upload make no object, and cannot ask whether there is one
            "Sid": "WriteOnce",
            **nobody,
            "Action": "s3:PutObject",
            "Resource": f"{arn}/*",
            "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
        },
    }


def encryption(kms_key_arn: str | None) -> Any:  # noqa: ANN401 - boto3's typed dict
    """Return the default encryption: by a KMS key, or by S3's own."""
    if kms_key_arn is None:
        return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key_arn}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}


def key_of(configuration: Any) -> str | None:  # noqa: ANN401 - boto3's typed dict
    """Return the KMS key of a bucket's encryption; None where it is S3's own.

    Raises:
        ValueError: it is neither S3's own nor one by a named key with a bucket key.

    """
    rule = ((configuration or {}).get("Rules") or [{}])[0]
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm, key = default.get("SSEAlgorithm", "AES256"), default.get("KMSMasterKeyID")
    if algorithm == "AES256":
        return None
    if algorithm != "aws:kms" or not key or not rule.get("BucketKeyEnabled"):
        raise ValueError(f"encryption by {algorithm} without a key that is named, or without a bucket key")
    return str(key)


def to_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a LifecycleRule, as a dict, in S3's words."""
    actions = {action: {unit: rule[field]} for field, (action, unit) in _DAYS.items() if rule.get(field)}
    return {
        "ID": rule["id"],
        "Status": "Enabled" if rule["enabled"] else "Disabled",
        "Filter": {"Prefix": rule["prefix"]},
        **actions,
    }


def from_rule(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's typed dict
    """Return S3's rule as a LifecycleRule in a dict."""
    days = {field: rule.get(action, {}).get(unit) for field, (action, unit) in _DAYS.items()}
    prefix = rule.get("Filter", {}).get("Prefix") or rule.get("Prefix", "")
    return {"id": rule["ID"], "prefix": prefix, "enabled": rule["Status"] == "Enabled", **days}
