"""The program's side of `pulumi_sixfold.aws.sns`; written by `python -m pulumi_sixfold.reference`."""

from typing import TYPE_CHECKING, Any

import pulumi

from pulumi_sixfold.aws.sns import SubscriptionArgs, SubscriptionHandler, TopicArgs, TopicHandler
from pulumi_sixfold.resources.resource import Resource

__all__ = ["Subscription", "SubscriptionArgs", "Topic", "TopicArgs"]


class Subscription(Resource):
    """An SNS subscription; its id is its ARN.

    SNS keeps no tags on subscriptions, and knows each by topic, protocol and endpoint.
    """

    handler = SubscriptionHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        topic_arn: pulumi.Output[str]
        protocol: pulumi.Output[str]
        endpoint: pulumi.Output[str]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)


class Topic(Resource):
    """An SNS topic; its id is its ARN."""

    handler = TopicHandler

    if TYPE_CHECKING:  # the SDK would convert and refuse values by these; the handler does that
        name: pulumi.Output[str]
        kms_key_arn: pulumi.Output[str | None]
        policy: pulumi.Output[str | None]
        tags: pulumi.Output[Any]
        arn: pulumi.Output[str]

    def __init__(self, name: str, args: TopicArgs | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args or TopicArgs(), opts)
