"""Who hears of AWS's own alarms: the on-call address of each product."""

from collections.abc import Mapping

from pulumi import ComponentResource, Input, ResourceOptions

from infra.providers.aws.sns import Subscription, SubscriptionArgs, Topic, TopicArgs


class Alarms(ComponentResource):
    """A topic under the lake's key, and a subscription for each entry of `on_call` (product → e-mail address).

    Outputs: `topic_arn`.
    """

    def __init__(
        self, name: str, *, key_arn: Input[str], on_call: Mapping[str, str], opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sixfold:components:Alarms", name, None, opts)
        mine = ResourceOptions(parent=self)
        topic = Topic(name, TopicArgs(kms_key_arn=key_arn), mine)
        for product, address in on_call.items():
            arguments = SubscriptionArgs(topic_arn=topic.arn, protocol="email", endpoint=address)
            Subscription(f"{name}-{product}", arguments, mine)
        self.topic_arn = topic.arn
        self.register_outputs({"topic_arn": self.topic_arn})
