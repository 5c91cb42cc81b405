"""Secrets in Secrets Manager."""

import json
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.kit.args import Args, Input
from pulumi_sixfold.kit.charge import Charge
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

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
    first_random: Input[Annotated[str, Field(pattern=r"^[A-Za-z_]+$")] | None] = Field(
        None,
        description="A secret without a value gets a JSON object whose member of this name is 32 random bytes, in hex. "
        "The value is never written again, and is in no state of Pulumi.",
    )
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: Secrets Manager's own key.")
    policy: Input[Policy | None] = Field(None, description="Who else may read it; None: IAM alone decides.")
    recovery_days: Input[Annotated[int, Field(ge=7, le=30)]] = Field(
        30, description="Days, 7-30, in which a deleted secret can still be brought back."
    )
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete it at once, without the days to bring it back.")

    @field_validator("first_random")
    @classmethod
    def _has_one_writer(cls, member: str | None, given: ValidationInfo) -> str | None:
        if member is not None and given.data.get("value") is not None:
            raise ValueError("the program writes the value of this secret; leave one of the two out")
        return member


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
        reads={
            "DescribeSecret": reading(
                "ARN Name Description KmsKeyId",
                theirs="CreatedDate DeletedDate LastAccessedDate LastChangedDate LastRotatedDate NextRotationDate "
                "PrimaryRegion RotationEnabled RotationLambdaARN RotationRules VersionIdsToStages",
            ),
            "GetSecretValue": reading(
                "SecretString SecretBinary", theirs="ARN CreatedDate Name VersionId VersionStages"
            ),
            "GetResourcePolicy": reading("ResourcePolicy", theirs="ARN Name"),
        },
        outputs={"arn": "ARN of the secret."},
        secrets=frozenset({"value"}),
        unreadable=frozenset({"first_random", "recovery_days", "force_destroy"}),
        tagging=Tagging("SecretId", output=""),
        normal={"policy": normal.policy},
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
        charges=lambda _: [Charge("secret_month")],
    )
    mark_keys = AwsHandler.mark_keys | {_VALUE_TAG}
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
        more: Any = {"KmsKeyId": args.kms_key_arn} if args.kms_key_arn else {}
        if args.first_random is not None:  # in the same call: no secret is ever found without its value
            more["SecretString"] = json.dumps({args.first_random: token_hex(32)})
        self.client.create_secret(
            Name=name, Description=args.description, Tags=as_pairs({**args.tags, URN_TAG: urn}), **more
        )
        return name

    def describe(self, resource_id: str) -> State[SecretArgs] | None:
        """Read the secret; one that waits for its deletion counts as gone."""
        found = self.client.describe_secret(SecretId=resource_id)
        if "DeletedDate" in found:
            return None
        key, tags = found.get("KmsKeyId"), from_pairs(found.get("Tags", []))
        args = SecretArgs(
            name=found["Name"],
            description=found.get("Description") or "",
            value=self._value(found["Name"]) if _VALUE_TAG in tags else None,
            kms_key_arn=None if key == "alias/aws/secretsmanager" else key,
            policy=self.client.get_resource_policy(SecretId=found["Name"]).get("ResourcePolicy") or None,
        )
        return State(args, {"arn": found["ARN"]}, tags)

    def tags(self, urn: str, args: SecretArgs) -> dict[str, str]:
        """Return all tags, with the one that says that the program writes the value."""
        return {**super().tags(urn, args), **({} if args.value is None else {_VALUE_TAG: "pulumi"})}

    def change(self, resource_id: str, difference: Difference[SecretArgs]) -> None:
        """Change what differs; a value that the program does not write any more stays."""
        client, where, want = self.client, {"SecretId": resource_id}, difference.want
        if "description" in difference:
            client.update_secret(**where, Description=want.description)
        if "kms_key_arn" in difference:
            client.update_secret(**where, KmsKeyId=want.kms_key_arn or "alias/aws/secretsmanager")
        if "value" in difference and want.value is not None:
            client.put_secret_value(**where, SecretString=want.value)
        if "policy" in difference:
            if want.policy:
                client.put_resource_policy(**where, ResourcePolicy=want.policy, BlockPublicPolicy=True)
            else:
                client.delete_resource_policy(**where)

    def delete(self, resource_id: str, args: SecretArgs) -> None:
        """Let the secret go after its recovery days, or at once with force_destroy."""
        with self.missing_is_fine():
            if args.force_destroy:
                self.client.delete_secret(SecretId=resource_id, ForceDeleteWithoutRecovery=True)
            elif "DeletedDate" not in self.client.describe_secret(SecretId=resource_id):
                self.client.delete_secret(SecretId=resource_id, RecoveryWindowInDays=args.recovery_days)

    def id_of(self, arn: str) -> str:
        """Return the name, which an ARN has with six letters of AWS's behind it."""
        return super().id_of(arn)[: -len("-AbCdEf")]

    def _value(self, name: str) -> str | None:
        """Return the value now; None where there is none.

        Raises:
            ValueError: it is no text.

        """
        try:
            found = self.client.get_secret_value(SecretId=name)
        except self.client.exceptions.ResourceNotFoundException:
            return None
        if "SecretBinary" in found:
            raise ValueError("a value that is no text")
        return found.get("SecretString")
