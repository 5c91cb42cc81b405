"""Observability: alarms, logs, and metrics of queries.

Controls: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html and athena-controls.html
"""

from infra.policies.rule import Rule, Source, at_least, is_on
from infra.policies.values import get

RULES = (
    Rule(
        "Athena.4",
        "A workgroup publishes the metrics of its queries to CloudWatch",
        ("sixfold:athena:WorkGroup",),
        is_on("metrics"),
        "set metrics=True",
    ),
    Rule(
        "CloudWatch.15",
        "An alarm tells somebody",
        ("sixfold:cloudwatch:Alarm",),
        is_on("alarm_actions"),
        "set alarm_actions to the ARN of a Topic",
        Source.SECURITY_HUB,
    ),
    Rule(
        "CloudWatch.16",
        "Logs are kept for a year",
        ("sixfold:logs:LogGroup",),
        lambda props: [] if get(props, "retention_days") == 0 else at_least("retention_days", 365)(props),
        "set retention_days to 365 or more, or to 0: for ever",
        Source.SECURITY_HUB,
        enforcement="advisory",
    ),
)
