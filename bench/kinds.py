"""Resource types of a bench stack; without boto3, so that a program or a plugin starts as fast as possible."""

from typing import Any

from pulumi_sixfold.aws import (
    logs,
    s3,
    sns,
    sqs,
)
from pulumi_sixfold.aws.handler import AwsHandler
from pulumi_sixfold.kit.args import Args

REGION = "eu-west-1"
KINDS: tuple[tuple[type[AwsHandler[Any]], type[Args]], ...] = (
    (sns.TopicHandler, sns.TopicArgs),
    (sqs.QueueHandler, sqs.QueueArgs),
    (logs.LogGroupHandler, logs.LogGroupArgs),
    (s3.BucketHandler, s3.BucketArgs),
)
"""Types, in turn: AWS names these after what they are given, so that calls repeat."""


def inputs(number: int) -> dict[str, Any]:
    """Return the inputs of a resource: a name, and what only a stand-in needs."""
    name = f"bench-{number}"
    bucket = KINDS[number % len(KINDS)][0] is s3.BucketHandler
    return {"name": name, "tags": {"team": "bench"}, **({"tls_only": False} if bucket else {})}
