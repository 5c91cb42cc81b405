"""The documents of a bucket, and what they mean. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from pulumi_sixfold.kit.args import canonical

# LifecycleRule's field → S3's action and its unit
_DAYS = {
    "expire_days": ("Expiration", "Days"),
    "noncurrent_days": ("NoncurrentVersionExpiration", "NoncurrentDays"),
    "abort_upload_days": ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
}


def joined_policy(bucket: str, *, tls_only: bool, policy: Any) -> str | None:  # noqa: ANN401 - a Document
    """Return the bucket's policy: the given statements, and the one that refuses requests without TLS."""
    document = json.loads(policy) if policy else {"Version": "2012-10-17", "Statement": []}
    document["Statement"] = [*document["Statement"], *([_tls_statement(bucket)] if tls_only else [])]
    return canonical(document) if document["Statement"] else None


def split_policy(bucket: str, text: str | None) -> tuple[bool, str | None]:
    """Return whether a bucket's policy refuses requests without TLS, and its other statements as a document."""
    document = json.loads(text) if text else {"Statement": []}
    rest = [statement for statement in document["Statement"] if statement != _tls_statement(bucket)]
    tls_only = len(rest) < len(document["Statement"])
    return tls_only, canonical({**document, "Statement": rest}) if rest else None


def _tls_statement(bucket: str) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket}"
    return {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def encryption(kms_key_arn: str | None) -> Any:  # noqa: ANN401 - boto3's typed dict
    """Return the default encryption: by a KMS key, or by S3's own."""
    if kms_key_arn is None:
        return {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key_arn}
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}


def key_of(configuration: Any) -> str | None:  # noqa: ANN401 - boto3's typed dict
    """Return the KMS key of a bucket's encryption; None where it is S3's own."""
    rules = (configuration or {}).get("Rules") or [{}]
    key = rules[0].get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
    return None if key is None else str(key)


def to_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return a LifecycleRule, as a dict, in S3's words."""
    actions = {action: {unit: rule[field]} for field, (action, unit) in _DAYS.items() if rule.get(field)}
    return {"ID": rule["id"], "Status": "Enabled", "Filter": {"Prefix": rule["prefix"]}, **actions}


def from_rule(rule: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's typed dict
    """Return S3's rule as a LifecycleRule in a dict."""
    days = {field: rule.get(action, {}).get(unit) for field, (action, unit) in _DAYS.items()}
    return {"id": rule["ID"], "prefix": rule.get("Filter", {}).get("Prefix") or rule.get("Prefix", ""), **days}
