"""Who hears of alarms: a topic for each team, and the on-call addresses of its products."""

from collections.abc import Iterable, Mapping

from pulumi import ComponentResource, Input, Output, ResourceOptions

from infra.providers.aws.sns import Subscription, SubscriptionArgs, Topic, TopicArgs
from sixfold.contract import Product


class Alarms(ComponentResource):
    """Topics under the lake's key; each product's on-call address subscribes to that of its owner.

    Outputs: `topic_arns` by team.
    """

    def __init__(
        self,
        name: str,
        *,
        key_arn: Input[str],
        teams: Iterable[str],
        products: Mapping[str, Product],
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("sixfold:components:Alarms", name, None, opts)
        mine = ResourceOptions(parent=self)
        self.topic_arns: dict[str, Output[str]] = {
            team: Topic(f"{name}-{team}", TopicArgs(kms_key_arn=key_arn), mine).arn for team in teams
        }
        for product in products.values():
            topic_arn = self.topic_arns[product.owner]
            arguments = SubscriptionArgs(topic_arn=topic_arn, protocol="email", endpoint=product.on_call)
            Subscription(f"{name}-{product.name}", arguments, mine)
        self.register_outputs({"topic_arns": self.topic_arns})
