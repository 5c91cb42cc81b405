"""Secrets in Secrets Manager."""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws.handler import (
    TAGS,
    URN_TAG,
    AwsHandler,
    actions,
    as_pairs,
    from_pairs,
    own_tags,
    settle_tags,
)
from pulumi_sixfold.kit.args import (
    Args,
    Document,
    Input,
    Tags,
)
from pulumi_sixfold.kit.facts import Facts
from pulumi_sixfold.kit.handler import State

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_secretsmanager.type_defs import DescribeSecretResponseTypeDef

# Says that the program writes the value, so that only then a value by somebody else is drift.
_VALUE_TAG = "sixfold:value"


class SecretArgs(Args):
    """The inputs of a Secret."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9/_+=.@-]{1,512}$")] | None] = Field(
        None, description="1-512 characters; None: derived from the resource's name. A change replaces."
    )
    description: Input[str] = Field("", description="What it opens. Not secret.")
    value: Input[Annotated[str, Field(min_length=1, max_length=65_536)] | None] = Field(
        None,
        description="The secret text, up to 65536 characters; None: people or a rotation write it, not the program.",
    )
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: Secrets Manager's own key.")
    policy: Input[Document | None] = Field(None, description="Who else may read it; None: IAM alone decides.")
    recovery_days: Input[Annotated[int, Field(ge=7, le=30)]] = Field(
        30, description="Days, 7-30, in which a deleted secret can still be brought back."
    )
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete it at once, without the days to bring it back.")


class SecretHandler(AwsHandler[SecretArgs]):
    """A secret in Secrets Manager; its id is its name.

    A secret of the same stack that still waits for its end is brought back, not made anew.
    """

    facts = Facts(
        token="sixfold:secretsmanager:Secret",
        args=SecretArgs,
        service="secretsmanager",
        gone=frozenset({"ResourceNotFoundException"}),
        create_only=frozenset({"name"}),
        outputs={"arn": "ARN of the secret."},
        secrets=frozenset({"value"}),
        unreadable=frozenset({"recovery_days", "force_destroy"}),
        actions=(
            *actions(
                "secretsmanager",
                "CreateSecret DeleteResourcePolicy DeleteSecret DescribeSecret GetResourcePolicy GetSecretValue "
                "PutResourcePolicy PutSecretValue RestoreSecret TagResource UntagResource UpdateSecret",
            ),
            *actions("kms", "Decrypt GenerateDataKey"),  # asked for where there is a key
        ),
        arns=(
            "arn:aws:secretsmanager:{at}:secret:{name}-??????",
            "arn:aws:kms:{at}:key/*",
        ),
    )
    client: "SecretsManagerClient"

    def create(self, urn: str, args: SecretArgs) -> str:
        """Make the secret with its tags, or adopt or bring back the one that this URN made."""
        name = str(args.name)
        with self.missing_is_fine():
            found = self.client.describe_secret(SecretId=name)
            self.owned(urn, from_pairs(found.get("Tags", [])), f"the secret {name}")
            if "DeletedDate" in found:
                self.client.restore_secret(SecretId=name)
            return name
        key: Any = {"KmsKeyId": args.kms_key_arn} if args.kms_key_arn else {}
        self.client.create_secret(
            Name=name, Description=args.description, Tags=as_pairs({**args.tags, URN_TAG: urn}), **key
        )
        return name

    def update(self, urn: str, resource_id: str, args: SecretArgs) -> None:
        """Change what differs."""
        client, where = self.client, {"SecretId": resource_id}
        found = client.describe_secret(**where)
        have = self._args(found)
        mark = {} if args.value is None else {_VALUE_TAG: "pulumi"}
        settle_tags(
            from_pairs(found.get("Tags", [])),
            {**args.tags, **mark, URN_TAG: urn},
            put=lambda tags: client.tag_resource(SecretId=resource_id, Tags=as_pairs(tags)),
            remove=lambda keys: client.untag_resource(SecretId=resource_id, TagKeys=keys),
        )
        if have.description != args.description:
            client.update_secret(**where, Description=args.description)
        if have.kms_key_arn != args.kms_key_arn:
            client.update_secret(**where, KmsKeyId=args.kms_key_arn or "alias/aws/secretsmanager")
        if args.value is not None and have.value != args.value:
            client.put_secret_value(**where, SecretString=args.value)
        if have.policy != args.policy:
            if args.policy:
                client.put_resource_policy(**where, ResourcePolicy=args.policy, BlockPublicPolicy=True)
            else:
                client.delete_resource_policy(**where)

    def describe(self, resource_id: str) -> State[SecretArgs] | None:
        """Read the secret; one that waits for its deletion counts as gone."""
        found = self.client.describe_secret(SecretId=resource_id)
        return None if "DeletedDate" in found else State(self._args(found), {"arn": found["ARN"]})

    def delete(self, resource_id: str, args: SecretArgs) -> None:
        """Let the secret go after its recovery days, or at once with force_destroy."""
        with self.missing_is_fine():
            if args.force_destroy:
                self.client.delete_secret(SecretId=resource_id, ForceDeleteWithoutRecovery=True)
            elif self.describe(resource_id):
                self.client.delete_secret(SecretId=resource_id, RecoveryWindowInDays=args.recovery_days)

    def id_of(self, arn: str) -> str:
        """Return the name, which an ARN has with six letters of AWS's behind it."""
        return super().id_of(arn)[: -len("-AbCdEf")]

    def _args(self, found: "DescribeSecretResponseTypeDef") -> SecretArgs:
        tags = from_pairs(found.get("Tags", []))
        key = found.get("KmsKeyId")
        return SecretArgs(
            name=found["Name"],
            description=found.get("Description") or "",
            value=self._value(found["Name"]) if _VALUE_TAG in tags else None,
            kms_key_arn=None if key == "alias/aws/secretsmanager" else key,
            policy=self.client.get_resource_policy(SecretId=found["Name"]).get("ResourcePolicy") or None,
            tags={key: value for key, value in own_tags(tags).items() if key != _VALUE_TAG},
        )

    def _value(self, name: str) -> str | None:
        """Return the value now; None where there is none, or one that is no text."""
        try:
            return self.client.get_secret_value(SecretId=name).get("SecretString")
        except self.client.exceptions.ResourceNotFoundException:
            return None
