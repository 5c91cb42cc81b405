"""EventBridge."""

from typing import Any

from pulumi_sixfold.aws.events import RuleHandler
from tests.engine.conformance._case import BY_HAND, GONE, Aws, Case

_QUEUE = "arn:aws:sqs:eu-west-1:123456789012:work"
_TARGETS = {"one": {"arn": _QUEUE, "input": {"job": 1}}, "two": {"arn": _QUEUE, "dead_letter_arn": f"{_QUEUE}-dead"}}
_WRITABLE = ("Name", "EventBusName", "Description", "State", "EventPattern", "ScheduleExpression")


def _names(rule_id: str) -> dict[str, str]:
    bus, name = rule_id.split("/")
    return {"Name": name, "EventBusName": bus}


def _meddle(**changed: str) -> Any:
    """Return a function that puts the rule with one value changed."""

    def put(aws: Aws, rule_id: str) -> None:
        found = aws("events").describe_rule(**_names(rule_id))
        aws("events").put_rule(**{key: found[key] for key in _WRITABLE if found.get(key)} | changed)

    return put


def _take_target(aws: Aws, rule_id: str) -> None:
    names = _names(rule_id)
    aws("events").remove_targets(Rule=names["Name"], EventBusName=names["EventBusName"], Ids=["two"])


def _delete(aws: Aws, rule_id: str) -> None:
    names = _names(rule_id)
    aws("events").remove_targets(Rule=names["Name"], EventBusName=names["EventBusName"], Ids=["one", "two"])
    aws("events").delete_rule(**names)


CASES = {
    "rule": Case(
        RuleHandler,
        {"pattern": {"source": ["aws.s3"]}, "schedule": "rate(5 minutes)", "targets": _TARGETS, "description": "a"},
        changes=[
            {"description": "b"},
            {"pattern": {"source": ["aws.ec2"]}},
            {"schedule": "rate(1 hour)"},
            {"enabled": False},
            {"targets": {"one": {"arn": _QUEUE}, "three": {"arn": _QUEUE}}},
            {"tags": {"a": "b"}},
            {"name": "other"},
        ],
        drift={
            "description": _meddle(Description="by hand"),
            "pattern": _meddle(EventPattern='{"source":["aws.sqs"]}'),
            "schedule": _meddle(ScheduleExpression="rate(2 days)"),
            "enabled": lambda aws, rule_id: aws("events").disable_rule(**_names(rule_id)),
            "targets": _take_target,
            "tags": lambda aws, rule_id: aws("events").tag_resource(
                ResourceARN=aws("events").describe_rule(**_names(rule_id))["Arn"], Tags=[BY_HAND]
            ),
            GONE: _delete,
        },
        constant={"bus": "there is no resource type for another bus"},
    ),
}
