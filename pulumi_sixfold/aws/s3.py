"""S3 buckets."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws import s3_documents as documents
from pulumi_sixfold.aws.handler import TAGS, AwsHandler, actions, as_pairs, from_pairs, of_aws, tag_changes
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.aws.waiting import wait
from pulumi_sixfold.kit.args import Args, Block, Input, is_later, plain
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Quota
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_Days = Input[Annotated[int, Field(ge=1)]]
_NOTHING_SET = {
    "NoSuchBucketPolicy",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchTagSet",
    "ServerSideEncryptionConfigurationNotFoundError",
}


def _none_for_nothing(document: Any) -> Any:  # noqa: ANN401 - a Policy
    """Return None for a policy without statements: S3 keeps none such."""
    nothing = not is_later(document) and not documents.statements(document)
    return None if nothing else document


_Statements = Annotated[Policy, AfterValidator(_none_for_nothing)]


class LifecycleRule(Block):
    """When the objects below a prefix go."""

    enabled: Input[bool] = Field(True, description="The rule holds.")
    id: Input[str] = Field(description="Name of the rule, unique in the bucket.")
    prefix: Input[str] = Field("", description="Which objects; empty: all.")
    expire_days: _Days | None = Field(None, description="Days after which objects expire.")
    noncurrent_days: _Days | None = Field(None, description="Days after which replaced or deleted versions go.")
    abort_upload_days: _Days | None = Field(None, description="Days after which unfinished uploads go.")


class BucketArgs(Args):
    """The inputs of a Bucket: versioned, encrypted, closed to the public and TLS-only unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None] = Field(
        None, description="3-63 characters, lower case; None: derived from the resource's name. A change replaces."
    )
    versioning: Input[bool] = Field(True, description="Keep replaced and deleted objects as versions.")
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: S3's own key (AES256).")
    block_public_access: Input[bool] = Field(True, description="Refuse all public access, whatever a policy says.")
    tls_only: Input[bool | None] = Field(
        None, description="Refuse requests without TLS; None: yes, save where the provider's endpoint itself has none."
    )
    write_once: Input[bool] = Field(
        False, description="Replace no object: a write must ask that there is none of its name (`If-None-Match: *`)."
    )
    policy: Input[_Statements | None] = Field(None, description="Further statements of the bucket's policy.")
    lifecycle_rules: Input[list[LifecycleRule]] = Field(default=[], description="When objects go by themselves.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete the bucket even when there is something in it.")


def _rules_are_on(old: dict[str, Any]) -> dict[str, Any]:
    """Say of rules of version 0 that they hold, which was not said then."""
    rules = [{"enabled": True, **rule} for rule in old.get("lifecycle_rules", [])]
    return {**old, "lifecycle_rules": rules} if "lifecycle_rules" in old else old


class BucketHandler(AwsHandler[BucketArgs]):
    """An S3 bucket; its id is its name."""

    facts = Facts(
        token="sixfold:s3:Bucket",
        args=BucketArgs,
        service="s3",
        gone=frozenset({"NoSuchBucket", "404"}),
        create_only=frozenset({"name"}),
        reads={
            "GetBucketVersioning": reading("Status", fixed={"MFADelete": "Disabled"}),
            "GetBucketEncryption": reading(
                "Rules.ApplyServerSideEncryptionByDefault Rules.BucketKeyEnabled",
                at="ServerSideEncryptionConfiguration",
                fixed={"Rules.BlockedEncryptionTypes.EncryptionType": (["NONE"], ["SSE-C"])},
                most={"Rules": 1},
            ),
            "GetPublicAccessBlock": reading("PublicAccessBlockConfiguration"),
            "GetBucketLifecycleConfiguration": reading(
                "Rules.ID Rules.Prefix Rules.Filter.Prefix Rules.Status Rules.Expiration.Days "
                "Rules.NoncurrentVersionExpiration.NoncurrentDays "
                "Rules.AbortIncompleteMultipartUpload.DaysAfterInitiation",
                theirs="TransitionDefaultMinimumObjectSize",  # about transitions, which a rule here has none of
            ),
            "GetBucketPolicy": reading("Policy"),
            "GetBucketTagging": reading(),
        },
        outputs={"arn": "ARN of the bucket."},
        unreadable=frozenset({"force_destroy"}),
        normal={"policy": normal.policy},
        migrations=(_rules_are_on, added(write_once=False)),
        actions=actions(
            "s3",
            "CreateBucket DeleteBucket DeleteBucketPolicy DeleteObject DeleteObjectVersion GetBucketPolicy "
            "GetBucketPublicAccessBlock GetBucketTagging GetBucketVersioning GetEncryptionConfiguration "
            "GetLifecycleConfiguration ListBucket ListBucketVersions PutBucketPolicy PutBucketPublicAccessBlock "
            "PutBucketTagging PutBucketVersioning PutEncryptionConfiguration PutLifecycleConfiguration",
        ),
        arns=(
            "arn:aws:s3:::{name}",
            "arn:aws:s3:::{name}/*",
        ),
        free="by the byte stored and the request",
        quota=Quota("s3", "L-DC2B2D3D", "buckets", "s3", "list_buckets", "Buckets"),
    )
    client: "S3Client"

    def defaults(self, args: BucketArgs) -> dict[str, Any]:
        """Return the provider's defaults: tags, and TLS-only unless the endpoint has no TLS."""
        tls_only = not str(self.settings.endpoint or "").startswith("http:")
        return {**super().defaults(args), **({"tls_only": tls_only} if args.tls_only is None else {})}

    def create(self, urn: str, args: BucketArgs) -> str:
        """Make the bucket in the provider's region."""
        name = str(args.name)
        state = self.read(name)
        if state is not None:
            # A create that died before it tagged the bucket left it bare: no tags, nothing in it.
            if state.tags or not self._is_empty(name):
                self.owned(urn, state.tags, f"the bucket {name}")
            return name
        where: Any = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
        self.client.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
        wait(self.client, "bucket_exists", Bucket=name)
        return name

    def describe(self, resource_id: str) -> State[BucketArgs]:
        """Read every aspect of the bucket; each is a call of its own."""
        bucket = {"Bucket": resource_id}
        client = self.client
        versioning = client.get_bucket_versioning(**bucket).get("Status") == "Enabled"
        encryption = _absent_or(client.get_bucket_encryption, bucket, "ServerSideEncryptionConfiguration")
        access = _absent_or(client.get_public_access_block, bucket, "PublicAccessBlockConfiguration")
        rules = _absent_or(client.get_bucket_lifecycle_configuration, bucket, "Rules")
        switches, policy = documents.split_policy(resource_id, _absent_or(client.get_bucket_policy, bucket, "Policy"))
        args = BucketArgs(
            name=resource_id,
            versioning=versioning,
            kms_key_arn=documents.key_of(encryption),
            block_public_access=documents.all_or_none(access),
            **switches,
            policy=policy,
            lifecycle_rules=[LifecycleRule(**documents.from_rule(rule)) for rule in rules or []],
        )
        tags = from_pairs(_absent_or(client.get_bucket_tagging, bucket, "TagSet") or [])
        return State(args, {"arn": f"arn:aws:s3:::{resource_id}"}, tags)

    def settle_tags(self, resource_id: str, difference: Difference[BucketArgs]) -> None:
        """Put all tags: S3 takes them as a whole."""
        if any(tag_changes(difference.old_tags, difference.tags)):
            tags = {**of_aws(difference.old_tags), **difference.tags}
            self.client.put_bucket_tagging(Bucket=resource_id, Tagging={"TagSet": as_pairs(tags)})

    def change(self, resource_id: str, difference: Difference[BucketArgs]) -> None:
        """Change what differs."""
        bucket: Any = {"Bucket": resource_id}
        want = difference.want
        if "block_public_access" in difference:
            blocked: Any = dict.fromkeys(documents.BLOCKED, want.block_public_access)
            self.client.put_public_access_block(**bucket, PublicAccessBlockConfiguration=blocked)
        if "kms_key_arn" in difference:
            self.client.put_bucket_encryption(
                **bucket, ServerSideEncryptionConfiguration=documents.encryption(want.kms_key_arn)
            )
        if "versioning" in difference:
            status: Any = {"Status": "Enabled" if want.versioning else "Suspended"}
            self.client.put_bucket_versioning(**bucket, VersioningConfiguration=status)
        if difference.names & {"tls_only", "write_once", "policy"}:
            self._set_policy(resource_id, want)
        if "lifecycle_rules" in difference:
            self._set_lifecycle(resource_id, want.lifecycle_rules)

    def delete(self, resource_id: str, args: BucketArgs) -> None:
        """Remove the bucket; what is in it is kept, and refuses the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            if args.force_destroy:
                self._empty(resource_id)
            elif not self._is_empty(resource_id):
                raise ProviderError(
                    f"the bucket {resource_id} is not empty",
                    remedy="set force_destroy=True and run `pulumi up` first, or empty the bucket (all versions)",
                )
            self.client.delete_bucket(Bucket=resource_id)

    def _is_empty(self, name: str) -> bool:
        versions = self.client.list_object_versions(Bucket=name, MaxKeys=1)
        return not versions.get("Versions") and not versions.get("DeleteMarkers")

    def _empty(self, name: str) -> None:
        from pulumi_sixfold.aws.failure import raise_first  # noqa: PLC0415 - botocore is loaded by now

        # A deletion makes the place where a listing would go on invalid, so that each round reads the first page.
        while found := self._first_versions(name):
            objects: Any = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
            answer = self.client.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
            raise_first(answer.get("Errors", []), "DeleteObjects")

    def _first_versions(self, name: str) -> list[Any]:
        page = self.client.list_object_versions(Bucket=name)
        return [*page.get("Versions", []), *page.get("DeleteMarkers", [])]

    def _set_policy(self, name: str, args: BucketArgs) -> None:
        switches = {"tls_only": bool(args.tls_only), "write_once": bool(args.write_once)}
        document = documents.joined_policy(name, switches, args.policy)
        if document is None:
            self.client.delete_bucket_policy(Bucket=name)
        else:
            self.client.put_bucket_policy(Bucket=name, Policy=document)

    def _set_lifecycle(self, name: str, rules: list[LifecycleRule]) -> None:
        if rules:
            configuration: Any = {"Rules": [documents.to_rule(plain(rule)) for rule in rules]}
            self.client.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration=configuration)
        else:
            self.client.delete_bucket_lifecycle(Bucket=name)


def _absent_or(call: Any, bucket: dict[str, str], key: str) -> Any:  # noqa: ANN401 - boto3's calls
    """Return one part of an answer; None where AWS has an error for "nothing set"."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded by now

    from pulumi_sixfold.aws.failure import code_of  # noqa: PLC0415

    try:
        return call(**bucket)[key]
    except ClientError as error:
        if code_of(error) in _NOTHING_SET:
            return None
        raise
