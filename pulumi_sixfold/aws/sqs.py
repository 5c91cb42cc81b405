"""SQS queues."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationInfo, field_validator

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.kit.args import Args, Block, Input
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.errors import ProviderError
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.migration import added
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# Input → the attribute of SQS, for those that are numbers.
_NUMBERS = {
    "visibility_timeout_s": "VisibilityTimeout",
    "retention_s": "MessageRetentionPeriod",
    "delay_s": "DelaySeconds",
    "receive_wait_s": "ReceiveMessageWaitTimeSeconds",
}
_WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class DeadLetters(Block):
    """Where messages go that nobody could handle."""

    queue_arn: Input[str] = Field(description="The queue that takes them.")
    max_receives: Input[Annotated[int, Field(ge=1, le=1000)]] = Field(
        5, description="How often a message is tried, 1-1000 times."
    )


class QueueArgs(Args):
    """The inputs of a Queue: a standard queue, encrypted by SQS's own key unless told otherwise."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,80}$")] | None] = Field(
        None, description="1-80 characters; None: derived from the resource's name. A change replaces."
    )
    visibility_timeout_s: Input[Annotated[int, Field(ge=0, le=43_200)]] = Field(
        30, description="Seconds, 0-43200, that a received message is hidden from others."
    )
    retention_s: Input[Annotated[int, Field(ge=60, le=1_209_600)]] = Field(
        345_600, description="Seconds, 60-1209600, that a message is kept; 4 days unless told otherwise."
    )
    delay_s: Input[Annotated[int, Field(ge=0, le=900)]] = Field(
        0, description="Seconds, 0-900, before a new message can be received."
    )
    receive_wait_s: Input[Annotated[int, Field(ge=0, le=20)]] = Field(
        20, description="Seconds, 0-20, that a receive waits for a message; few empty answers at 20."
    )
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts; None: SQS's own key.")
    encrypted: Input[bool] = Field(True, description="SQS's own key encrypts where there is no KMS key.")
    dead_letters: Input[DeadLetters | None] = Field(
        None, description="Where messages go that nobody could handle; None: they are tried until they expire."
    )
    policy: Input[Policy | None] = Field(None, description="Who else may send and receive; None: IAM alone decides.")
    tags: Tags = Field(default={}, description=TAGS)
    force_destroy: Input[bool] = Field(False, description="Delete the queue even when messages wait in it.")

    @field_validator("encrypted")
    @classmethod
    def _by_one_key(cls, encrypted: bool, given: ValidationInfo) -> bool:  # noqa: FBT001 - pydantic's
        if encrypted is False and given.data.get("kms_key_arn"):
            raise ValueError("kms_key_arn encrypts: leave one of the two out")
        return encrypted


class QueueHandler(AwsHandler[QueueArgs]):
    """An SQS queue; its id is its name. SQS refuses a name for a minute after a queue of that name was deleted."""

    facts = Facts(
        token="sixfold:sqs:Queue",
        args=QueueArgs,
        service="sqs",
        gone=frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"}),
        create_only=frozenset({"name"}),
        reads={
            "GetQueueUrl": reading("QueueUrl"),
            "GetQueueAttributes": reading(
                f"{' '.join(_NUMBERS.values())} KmsMasterKeyId Policy QueueArn RedrivePolicy SqsManagedSseEnabled",
                at="Attributes",
                theirs=f"CreatedTimestamp LastModifiedTimestamp {' '.join(_WAITING)}",
                fixed={
                    "ContentBasedDeduplication": "false",
                    "FifoQueue": "false",
                    "KmsDataKeyReusePeriodSeconds": "300",
                    "MaximumMessageSize": ("262144", "1048576"),  # older queues, and newer ones
                },
            ),
            "ListQueueTags": reading(),
        },
        outputs={"arn": "ARN of the queue.", "url": "URL that messages are sent to."},
        unreadable=frozenset({"force_destroy"}),
        normal={"policy": normal.policy},
        migrations=(added(encrypted=True),),
        name_limit=80,
        tagging=Tagging("QueueUrl", kind="queue", pair=None, output="url"),
        actions=actions(
            "sqs",
            "CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl ListQueueTags SetQueueAttributes TagQueue "
            "UntagQueue",
        ),
        arns=("arn:aws:sqs:{at}:{name}",),
        free="by the request",
    )
    client: "SQSClient"

    def create(self, urn: str, args: QueueArgs) -> str:
        """Make the queue with its tags, or adopt the one that this URN made."""
        name = str(args.name)
        if not self.adopts(urn, name, f"the queue {name}"):
            set_ones: Any = {key: value for key, value in _attributes(args).items() if value}
            self.client.create_queue(QueueName=name, Attributes=set_ones, tags={**args.tags, URN_TAG: urn})
        return name

    def describe(self, resource_id: str) -> State[QueueArgs]:
        """Read the queue's attributes and tags."""
        url = self.client.get_queue_url(QueueName=resource_id)["QueueUrl"]
        found: Any = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(found.get("RedrivePolicy") or "{}")
        args = QueueArgs(
            name=resource_id,
            **{field: int(found[attribute]) for field, attribute in _NUMBERS.items()},
            kms_key_arn=found.get("KmsMasterKeyId") or None,
            encrypted=bool(found.get("KmsMasterKeyId")) or found.get("SqsManagedSseEnabled") == "true",
            dead_letters=DeadLetters(
                queue_arn=redrive["deadLetterTargetArn"], max_receives=int(redrive["maxReceiveCount"])
            )
            if redrive
            else None,
            policy=found.get("Policy") or None,
        )
        tags = self.client.list_queue_tags(QueueUrl=url).get("Tags", {})
        return State(args, {"arn": found["QueueArn"], "url": url}, tags)

    def change(self, resource_id: str, difference: Difference[QueueArgs]) -> None:
        """Set the attributes that differ, in one call."""
        del resource_id  # SQS takes the URL
        have, want = _attributes(difference.have), _attributes(difference.want)
        changed: Any = {key: value for key, value in want.items() if have[key] != value}
        if changed:
            changed.setdefault("Policy", want["Policy"])  # moto forgets a policy that does not come along
            self.client.set_queue_attributes(QueueUrl=difference.outputs["url"], Attributes=changed)

    def delete(self, resource_id: str, args: QueueArgs) -> None:
        """Remove the queue; messages in it refuse the removal, unless force_destroy is set."""
        with self.missing_is_fine():
            url = self.client.get_queue_url(QueueName=resource_id)["QueueUrl"]
            waiting = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=[*_WAITING])["Attributes"]  # type: ignore[list-item] # plain texts are literals here
            if not args.force_destroy and any(int(count) for count in waiting.values()):
                raise ProviderError(
                    f"messages wait in the queue {resource_id}",
                    remedy="set force_destroy=True and run `pulumi up` first, or let them be handled",
                )
            self.client.delete_queue(QueueUrl=url)


def _attributes(args: QueueArgs) -> dict[str, str]:
    """Return all attributes that are ours; an empty text unsets one."""
    letters = args.dead_letters
    redrive = {"deadLetterTargetArn": letters.queue_arn, "maxReceiveCount": letters.max_receives} if letters else None
    return {
        **{attribute: str(getattr(args, field)) for field, attribute in _NUMBERS.items()},
        "KmsMasterKeyId": args.kms_key_arn or "",
        "SqsManagedSseEnabled": str(args.encrypted and not args.kms_key_arn).lower(),
        "RedrivePolicy": json.dumps(redrive) if redrive else "",
        "Policy": args.policy or "",
    }
