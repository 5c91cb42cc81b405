"""SNS topics and SQS queues.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/sns-controls.html and sqs-controls.html
"""

from infra.policies.documents import for_everyone
from infra.policies.rule import Rule, Source, is_on

_TOPIC = ("sixfold:sns:Topic",)
_QUEUE = ("sixfold:sqs:Queue",)
_NARROW = "name the principals, or narrow them by aws:SourceArn or aws:SourceAccount"

RULES = (
    Rule(
        "SNS.1",
        "A topic's messages are encrypted by a KMS key",
        _TOPIC,
        is_on("kms_key_arn"),
        "set kms_key_arn to the ARN of a Key",
        Source.SECURITY_HUB,
    ),
    Rule("SNS.4", "A topic is not for everyone", _TOPIC, for_everyone, _NARROW),
    # SQS has a key of its own for new queues, but a queue that loses its KMS key does not go back to it.
    Rule(
        "SQS.1",
        "A queue's messages are encrypted by a KMS key",
        _QUEUE,
        is_on("kms_key_arn"),
        "set kms_key_arn to the ARN of a Key",
    ),
    Rule("SQS.3", "A queue is not for everyone", _QUEUE, for_everyone, _NARROW),
)
