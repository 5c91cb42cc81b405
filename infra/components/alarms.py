"""Recipients of alarms: a topic for each team, and the on-call addresses of its products."""

from collections.abc import Iterable, Mapping

from pulumi import ComponentResource, Output, ResourceOptions

from infra.plans.aws.service_policies import key_policy, topic_policy
from pulumi_sixfold.resources.kms import Key, KeyArgs
from pulumi_sixfold.resources.sns import (
    Subscription,
    SubscriptionArgs,
    Topic,
    TopicArgs,
)
from sixfold.contract import Product


class Alarms(ComponentResource):
    """SNS topics with their own KMS key: CloudWatch must be able to use it, and must not be able to use the lake's.

    Each product's on-call address subscribes to the topic of its owner. Outputs: `topic_arns` by team, `key_arn`.
    """

    def __init__(
        self,
        name: str,
        *,
        account: Output[str],
        teams: Iterable[str],
        products: Mapping[str, Product],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Alarms", name, None, opts)
        mine = ResourceOptions(parent=self)
        key = Key(name, KeyArgs(description="Encrypts what teams are told", policy=account.apply(key_policy)), mine)
        told = TopicArgs(kms_key_arn=key.arn, policy=account.apply(topic_policy))
        self.topic_arns: dict[str, Output[str]] = {team: Topic(f"{name}-{team}", told, mine).arn for team in teams}
        for product in products.values():
            topic_arn = self.topic_arns[product.owner]
            arguments = SubscriptionArgs(topic_arn=topic_arn, protocol="email", endpoint=product.on_call)
            Subscription(f"{name}-{product.name}", arguments, mine)
        self.key_arn = key.arn
        self.register_outputs({"topic_arns": self.topic_arns, "key_arn": self.key_arn})
