"""S3 buckets and DynamoDB tables.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html and dynamodb-controls.html
"""

from collections.abc import Iterable
from functools import partial

from infra.policies.documents import allowing, for_everyone, grants, is_public, name_of
from infra.policies.rule import Props, Rule, Source, is_on
from infra.policies.values import get

_BUCKET = ("sixfold:s3:Bucket",)
_TABLE = ("sixfold:dynamodb:Table",)
_READS = ("s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:ListBucketVersions")
_WRITES = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectAcl")
_OWNERS_OWN = (
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutEncryptionConfiguration",
    "s3:PutObjectAcl",
)


def _tls(props: Props) -> Iterable[str]:
    # Not set: the provider demands TLS wherever AWS is the real one.
    if get(props, "tls_only") is False:
        yield "tls_only is off"


def _owner_governs(props: Props) -> Iterable[str]:
    for statement in allowing(get(props, "policy")):
        # Roles of the bucket's own account get these from IAM, so that here they can only be for others.
        if not is_public(statement) and get(statement, "Principal", "AWS") and grants(statement, _OWNERS_OWN):
            yield f"{name_of(statement)} of the policy hands over the bucket's settings"


RULES = (
    Rule(
        "S3.2",
        "Nobody outside reads a bucket",
        _BUCKET,
        partial(for_everyone, actions=_READS),
        "name the principals, or narrow them by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID",
    ),
    Rule(
        "S3.3",
        "Nobody outside writes to a bucket",
        _BUCKET,
        partial(for_everyone, actions=_WRITES),
        "name the principals, or narrow them by aws:SourceArn, aws:SourceAccount or aws:PrincipalOrgID",
    ),
    Rule("S3.5", "A bucket answers over TLS only", _BUCKET, _tls, "leave tls_only out, or set it to True"),
    Rule(
        "S3.6",
        "A bucket's own settings are in nobody else's hands",
        _BUCKET,
        _owner_governs,
        "take these actions out of the bucket's policy; give them to roles by IAM policies",
    ),
    Rule(
        "S3.8",
        "A bucket refuses public access, whatever its policy says",
        _BUCKET,
        is_on("block_public_access"),
        "set block_public_access=True",
    ),
    Rule(
        "S3.13",
        "A bucket says when objects go",
        _BUCKET,
        is_on("lifecycle_rules"),
        "add a LifecycleRule: abort_upload_days for unfinished uploads, noncurrent_days for replaced objects",
    ),
    Rule(
        "S3.14",
        "A bucket keeps replaced and deleted objects",
        _BUCKET,
        is_on("versioning"),
        "set versioning=True",
        Source.SECURITY_HUB,
    ),
    Rule(
        "S3.17",
        "A bucket is encrypted by a KMS key of ours",
        _BUCKET,
        is_on("kms_key_arn"),
        "set kms_key_arn to the ARN of a Key",
        Source.SECURITY_HUB,
    ),
    Rule(
        "DynamoDB.2",
        "A table can be restored to any second",
        _TABLE,
        is_on("point_in_time_recovery"),
        "set point_in_time_recovery=True",
    ),
)
