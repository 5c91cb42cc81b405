"""SNS topics and subscriptions; `topic` is there for others."""

import json

from pulumi_sixfold.aws.sns import SubscriptionHandler, TopicHandler
from tests.engine.conformance._case import BY_HAND, GONE, Case, may

CASES = {
    "topic": Case(TopicHandler, {}),
    "sns_topic": Case(
        TopicHandler,
        {"policy": may("sns:Publish")},
        changes=[{"policy": None}, {"kms_key_arn": "@key.arn"}, {"tags": {"a": "b"}}, {"name": "other"}],
        drift={
            "policy": lambda aws, arn: aws("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(may("sns:*"))
            ),
            "kms_key_arn": lambda aws, arn: aws("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"
            ),
            "tags": lambda aws, arn: aws("sns").tag_resource(ResourceArn=arn, Tags=[BY_HAND]),
        },
    ),
    "mail": Case(
        SubscriptionHandler,
        {"topic_arn": "@topic.arn", "protocol": "email", "endpoint": "a@example.org"},
        changes=[
            {"endpoint": "b@example.org"},
            {"protocol": "email-json"},
            {"topic_arn": "@sns_topic_2.arn"},
        ],
        drift={GONE: lambda aws, arn: aws("sns").unsubscribe(SubscriptionArn=arn)},
    ),
    "sns_topic_2": Case(TopicHandler, {}),
}
