"""SNS topics and subscriptions."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from pulumi_sixfold.aws import normal
from pulumi_sixfold.aws.eventual_consistency import leaves_by_itself
from pulumi_sixfold.aws.handler import TAGS, URN_TAG, AwsHandler, actions, as_pairs, from_pairs
from pulumi_sixfold.aws.inputs import Policy, Tags
from pulumi_sixfold.kit.args import Args, Input, canonical
from pulumi_sixfold.kit.difference import Difference
from pulumi_sixfold.kit.facts import Facts, Tagging
from pulumi_sixfold.kit.handler import State
from pulumi_sixfold.kit.reading import reading

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_DEFAULT_POLICY = "__default_policy_ID"
_OWNER_MAY = (
    *("GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic"),
    *("Subscribe", "ListSubscriptionsByTopic", "Publish"),
)


class TopicArgs(Args):
    """The inputs of a Topic."""

    name: Input[Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,256}$")] | None] = Field(
        None, description="1-256 characters; None: derived from the resource's name. A change replaces."
    )
    kms_key_arn: Input[str | None] = Field(None, description="KMS key that encrypts messages at rest; None: none does.")
    policy: Input[Policy | None] = Field(None, description="Who may publish and subscribe; None: the account.")
    tags: Tags = Field(default={}, description=TAGS)


class TopicHandler(AwsHandler[TopicArgs]):
    """An SNS topic; its id is its ARN."""

    facts = Facts(
        token="sixfold:sns:Topic",
        args=TopicArgs,
        service="sns",
        gone=frozenset({"NotFound", "NotFoundException", "ResourceNotFound"}),
        create_only=frozenset({"name"}),
        reads={
            "GetTopicAttributes": reading(
                "Policy KmsMasterKeyId",
                at="Attributes",
                theirs="BeginningArchiveTime EffectiveDeliveryPolicy Owner SubscriptionsConfirmed SubscriptionsDeleted "
                "SubscriptionsPending TopicArn",
                fixed={
                    "ContentBasedDeduplication": "false",
                    "FifoTopic": "false",
                    "SignatureVersion": "1",
                    "TracingConfig": "PassThrough",
                },
            ),
            "ListTagsForResource": reading(),
        },
        normal={"policy": normal.policy},
        outputs={"arn": "ARN of the topic."},
        name_limit=256,
        tagging=Tagging("ResourceArn"),
        actions=actions(
            "sns",
            "CreateTopic DeleteTopic GetTopicAttributes ListTagsForResource SetTopicAttributes TagResource "
            "UntagResource",
        ),
        arns=("arn:aws:sns:{at}:{name}",),
        free="by the message",
    )
    client: "SNSClient"

    def create(self, urn: str, args: TopicArgs) -> str:
        """Make the topic with its tags, or adopt the one that this URN made."""
        arn = f"arn:aws:sns:{self.region}:{self.account}:{args.name}"
        if self.adopts(urn, arn, f"the topic {args.name}"):
            return arn
        return self.client.create_topic(Name=str(args.name), Tags=as_pairs({**args.tags, URN_TAG: urn}))["TopicArn"]

    def describe(self, resource_id: str) -> State[TopicArgs]:
        """Read the topic and its tags."""
        attributes = self.client.get_topic_attributes(TopicArn=resource_id)["Attributes"]
        policy = json.loads(attributes["Policy"])
        is_default = normal.policy(policy) in map(normal.policy, _default_policies(resource_id))
        args = TopicArgs(
            name=resource_id.rsplit(":", 1)[-1],
            kms_key_arn=attributes.get("KmsMasterKeyId") or None,
            policy=None if is_default else canonical(policy),
        )
        tags = from_pairs(self.client.list_tags_for_resource(ResourceArn=resource_id)["Tags"])
        return State(args, {"arn": resource_id}, tags)

    def change(self, resource_id: str, difference: Difference[TopicArgs]) -> None:
        """Change what differs."""
        want = difference.want
        if "kms_key_arn" in difference:
            self._set(resource_id, "KmsMasterKeyId", want.kms_key_arn or "")
        if "policy" in difference:
            self._set(resource_id, "Policy", want.policy or _default_policies(resource_id)[0])

    def delete(self, resource_id: str, args: TopicArgs) -> None:  # noqa: ARG002 - the id says all
        """Remove the topic and its subscriptions."""
        with self.missing_is_fine():
            self.client.delete_topic(TopicArn=resource_id)

    def _set(self, arn: str, attribute: str, value: str) -> None:
        self.client.set_topic_attributes(TopicArn=arn, AttributeName=attribute, AttributeValue=value)

    def id_of(self, arn: str) -> str:
        """Return the ARN: it is the id."""
        return arn


class SubscriptionArgs(Args):
    """The inputs of a Subscription."""

    topic_arn: Input[str] = Field(description="The topic. A change replaces.")
    protocol: Input[str] = Field(description="`https`, `email`, `sqs`, `lambda` and others of SNS. A change replaces.")
    endpoint: Input[str] = Field(description="Where messages go: a URL, an address, an ARN. A change replaces.")


class SubscriptionHandler(AwsHandler[SubscriptionArgs]):
    """An SNS subscription; its id is its ARN.

    SNS keeps no tags on subscriptions, and knows each by topic, protocol and endpoint.
    """

    facts = Facts(
        token="sixfold:sns:Subscription",
        args=SubscriptionArgs,
        service="sns",
        gone=TopicHandler.facts.gone,
        create_only=frozenset({"topic_arn", "protocol", "endpoint"}),
        identity=frozenset({"topic_arn", "protocol", "endpoint"}),
        reads={
            "GetSubscriptionAttributes": reading(
                "TopicArn Protocol Endpoint",
                at="Attributes",
                theirs="ConfirmationWasAuthenticated EffectiveDeliveryPolicy Owner PendingConfirmation "
                "SubscriptionArn SubscriptionPrincipal",
                fixed={"FilterPolicyScope": "MessageAttributes", "RawMessageDelivery": "false"},
            ),
        },
        masked={"endpoint": normal.masked},
        outputs={"arn": "ARN of the subscription."},
        actions=actions(
            "sns",
            "GetSubscriptionAttributes Subscribe Unsubscribe",
        ),
        arns=("{topic_arn}",),
        free="by the message",
        unnarrowable=frozenset({"sns:GetSubscriptionAttributes", "sns:Unsubscribe"}),
    )
    client: "SNSClient"

    def create(self, urn: str, args: SubscriptionArgs) -> str:  # noqa: ARG002 - there is no place for a URN
        """Subscribe; SNS gives the same ARN for the same three inputs."""
        return self.client.subscribe(
            TopicArn=args.topic_arn, Protocol=args.protocol, Endpoint=args.endpoint, ReturnSubscriptionArn=True
        )["SubscriptionArn"]

    def describe(self, resource_id: str) -> State[SubscriptionArgs]:
        """Read the subscription."""
        found: Any = self.client.get_subscription_attributes(SubscriptionArn=resource_id)["Attributes"]
        args = SubscriptionArgs(topic_arn=found["TopicArn"], protocol=found["Protocol"], endpoint=found["Endpoint"])
        return State(args, {"arn": resource_id})

    def delete(self, resource_id: str, args: SubscriptionArgs) -> None:  # noqa: ARG002 - the id says all
        """Unsubscribe; SNS refuses that for a subscription that nobody confirmed, and drops it by itself."""
        with self.missing_is_fine(), leaves_by_itself("InvalidParameter", "pending confirmation"):
            self.client.unsubscribe(SubscriptionArn=resource_id)


def _default_policies(arn: str) -> list[str]:
    """Return the policies that SNS gives to a topic without one: the account may do everything with it.

    Topics of some years ago have one more action, which means nothing any more.
    """
    common = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    statements = [{**common, "Action": [f"SNS:{name}" for name in (*_OWNER_MAY, *more)]} for more in ((), ("Receive",))]
    return [canonical({"Version": "2008-10-17", "Id": _DEFAULT_POLICY, "Statement": [each]}) for each in statements]
