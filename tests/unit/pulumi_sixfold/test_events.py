"""Rules where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.events import RuleArgs, RuleHandler, Target
from pulumi_sixfold.aws.handler import URN_TAG
from pulumi_sixfold.kit.args import UNKNOWN, InvalidArgs
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:events:Rule::nightly"
ARN = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:work"
ARGS = RuleArgs(name="nightly", schedule="rate(1 day)", targets={"one": Target(arn=QUEUE)})
WHERE = {"Name": "nightly", "EventBusName": "default"}

Make = Callable[..., Any]


def test_a_rule_that_would_never_fire_is_refused() -> None:
    with pytest.raises(InvalidArgs, match="a rule needs a pattern or a schedule"):
        RuleArgs(name="never")
    assert RuleArgs.model_validate({"schedule": UNKNOWN}).schedule is UNKNOWN


def test_a_rule_has_more_targets_than_one_call_takes(make: Make) -> None:
    handler = make(RuleHandler)
    many = ARGS.model_copy(update={"targets": {f"t{number:02}": Target(arn=QUEUE) for number in range(23)}})
    handler.update(URN, handler.create(URN, many), many)
    assert handler.read("default/nightly").args == many
    handler.delete("default/nightly", many)
    assert handler.read("default/nightly") is None


def test_another_stacks_rule_is_not_adopted(make: Make) -> None:
    handler = make(RuleHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


def test_a_target_that_is_refused_in_an_answer_that_is_well_fails(scripted: Make) -> None:
    tags = ("list_tags_for_resource", {"ResourceARN": ARN}, {"Tags": [{"Key": URN_TAG, "Value": URN}]})
    rule = {"Name": "nightly", "Arn": ARN, "State": "ENABLED", "ScheduleExpression": "rate(1 day)"}
    targets = (
        "list_targets_by_rule",
        {"Rule": "nightly", "EventBusName": "default"},
        {"Targets": [{"Id": "old", "Arn": QUEUE}]},
    )
    put = {"Rule": "nightly", "EventBusName": "default", "Targets": [{"Id": "one", "Arn": QUEUE}]}
    refused = {"FailedEntryCount": 1, "FailedEntries": [{"TargetId": "one", "ErrorMessage": "no such queue"}]}
    calls = (("describe_rule", WHERE, rule), targets, tags, ("put_targets", put, refused))
    with pytest.raises(ProviderError, match="refused targets: one: no such queue"):
        scripted(RuleHandler, *calls).update(URN, "default/nightly", ARGS)
