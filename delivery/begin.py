"""`sixfold init --stack NAME`: where a stack on AWS keeps its state, and the key of its secrets. Once for each account.

Bucket and key are no resources of a stack: a stack cannot create the place of its own state, and `sixfold down` must
not delete it. The same again changes nothing, and finishes an interrupted one.
"""

from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from botocore.exceptions import ClientError

from delivery.live_stack import LiveStack
from infra.checks.preflight.account import caller
from pulumi_sixfold.aws import s3_documents as documents
from pulumi_sixfold.aws.client import aws_client
from pulumi_sixfold.aws.failure import code_of
from sixfold.errors import SixfoldError

ALIAS = "alias/sixfold-state"
_OLD_VERSIONS = {"id": "old-versions", "enabled": True, "prefix": "", "noncurrent_days": 90, "abort_upload_days": 7}


class Place(NamedTuple):
    """The place of a stack's state, and what had to be created or set for it."""

    account: str
    bucket: str
    backend: str
    secrets: str
    done: tuple[str, ...]


def begin(stack: LiveStack, *, dry_run: bool = False) -> Place:
    """Create the bucket and the key where they lack, and the stack in them; return the place.

    Raises:
        SixfoldError: the stack is on this machine, the credentials are of another account, or the bucket is another's.

    """
    settings = stack.settings()
    if settings.local:
        raise SixfoldError(
            f"the stack {stack.name!r} is on this machine: its state is in {stack.project.home}",
            remedy="nothing is needed before `make up`; name a stack on AWS to begin one there",
        )

    def client(service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        return aws_client(service, settings.region, settings.aws_endpoint, settings.role_arn)

    account = caller(client).account
    if settings.account and settings.account != account:
        raise SixfoldError(
            f"the credentials are of the account {account}, and {stack.file.name} says {settings.account}",
            remedy="take those of the stack's account, or correct `account` in the stack file",
        )
    bucket = f"sixfold-state-{account}-{settings.region}"
    at = {"region": settings.region, **_at(settings.aws_endpoint)}
    backend, secrets = f"s3://{bucket}?{urlencode(at)}", f"awskms:///{ALIAS}?{urlencode({'region': settings.region})}"
    done = [*_key(client("kms"), dry_run=dry_run), *_bucket(client("s3"), bucket, settings.region, dry_run=dry_run)]
    if not dry_run and stack.engine.begin(backend, secrets):
        done.append(f"stack {stack.name}")
    return Place(account, bucket, backend, secrets, tuple(done))


def _at(endpoint: str | None) -> dict[str, str]:
    """Return the part of a backend's address that says where a stand-in is."""
    if not endpoint:
        return {}
    plain = {"disable_https": "true"} if urlsplit(endpoint).scheme == "http" else {}
    return {"endpoint": endpoint, "s3ForcePathStyle": "true", **plain}


def _key(kms: Any, *, dry_run: bool) -> list[str]:  # noqa: ANN401 - a boto3 client
    """Create the key of the secrets, which AWS rotates each year, unless its alias is there."""
    pages = kms.get_paginator("list_aliases").paginate()
    if any(alias["AliasName"] == ALIAS for page in pages for alias in page["Aliases"]):
        return []
    if not dry_run:
        made = kms.create_key(Description="Secrets in the state of Sixfold's stacks")["KeyMetadata"]["KeyId"]
        kms.enable_key_rotation(KeyId=made)
        kms.create_alias(AliasName=ALIAS, TargetKeyId=made)
    return [f"key {ALIAS}, rotated each year"]


def _bucket(s3: Any, bucket: str, region: str, *, dry_run: bool) -> list[str]:  # noqa: ANN401 - a boto3 client
    """Create the bucket unless it is there, and see that it is private, encrypted, versioned and takes TLS alone."""
    there = _exists(s3, bucket)
    if dry_run:
        return [] if there else [f"bucket {bucket}"]
    if not there:
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **where)
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=documents.encryption(ALIAS))
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=documents.BLOCKED)
    if s3.meta.endpoint_url.startswith("https:"):  # a stand-in without TLS would refuse everybody from then on
        policy = documents.joined_policy(bucket, {"tls_only": True, "write_once": False}, None)
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    rules = {"Rules": [documents.to_rule(_OLD_VERSIONS)]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules)
    return [] if there else [f"bucket {bucket}: private, encrypted, versioned"]


def _exists(s3: Any, bucket: str) -> bool:  # noqa: ANN401 - a boto3 client
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:  # noqa: PLR2004 - HTTP's own
            return False
        raise SixfoldError(
            f"the bucket {bucket} is refused: {code_of(error)}",
            remedy="it is another account's, or these credentials may not use it; ask who administers the account",
        ) from error
    return True
