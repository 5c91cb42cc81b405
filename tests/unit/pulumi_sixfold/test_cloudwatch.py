"""Alarms where it matters most."""

from collections.abc import Callable
from typing import Any

import pytest

from pulumi_sixfold.aws.cloudwatch import AlarmArgs, AlarmHandler
from pulumi_sixfold.kit.errors import ProviderError

URN = "urn:pulumi:dev::project::sixfold:cloudwatch:Alarm::late"
ARGS = AlarmArgs(name="late", namespace="AWS/SQS", metric="Age", threshold=1)

Make = Callable[..., Any]


def test_another_stacks_alarm_is_not_adopted(make: Make) -> None:
    handler = make(AlarmHandler)
    handler.create("urn:other", ARGS)
    with pytest.raises(ProviderError, match="belongs to urn:other"):
        handler.create(URN, ARGS)


def test_an_alarm_keeps_its_tags_when_it_is_put_again(make: Make) -> None:
    handler, args = make(AlarmHandler), ARGS.model_copy(update={"tags": {"team": "data"}})
    handler.create(URN, args)
    changed = args.model_copy(update={"statistic": "p99", "threshold": 2.5})
    handler.update(URN, "late", changed)
    assert handler.read("late").args == changed
    assert handler.create(URN, changed) == "late"
