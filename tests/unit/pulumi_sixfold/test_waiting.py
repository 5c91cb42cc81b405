"""How long is waited for AWS."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import WaiterError

from pulumi_sixfold.aws.failure import aws_sentence
from pulumi_sixfold.aws.iam import RoleHandler
from pulumi_sixfold.aws.waiting import wait, wait_for
from pulumi_sixfold.kit import deadline as patience

Make = Callable[..., Any]
MISSING = ("get_role", {"RoleName": "jobs"}, "NoSuchEntity")
READY = [{"matcher": "error", "expected": "NoSuchEntity", "state": "retry"}]


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of waiters, which take no time here."""
    made: list[float] = []
    monkeypatch.setattr("botocore.waiter.time.sleep", made.append)
    return made


def test_a_waiter_of_botocore_looks_as_often_as_the_time_allows(scripted: Make, pauses: list[float]) -> None:
    client = scripted(RoleHandler, *[MISSING] * 3).client
    with pytest.raises(WaiterError, match="Max attempts"), patience.within(2.9):
        wait(client, "role_exists", RoleName="jobs")
    assert pauses == [1, 1]


def test_a_waiter_of_ours_does_too(scripted: Make, pauses: list[float]) -> None:
    client = scripted(RoleHandler, *[MISSING] * 2).client
    with pytest.raises(WaiterError, match="Max attempts"), patience.within(9.9):
        wait_for(client, "GetRole", READY, RoleName="jobs")
    assert pauses == [5]


def test_the_waits_of_an_operation_share_its_time() -> None:
    with patience.within(60):
        assert patience.attempts(10) == 6
        with patience.within(0):
            assert patience.attempts(10) == 1  # to look once costs nothing
        assert patience.attempts(10) == 6
    assert patience.attempts(60) == 10


def test_what_ran_out_of_time_says_how_to_give_it_more() -> None:
    error = WaiterError("role_exists", "Max attempts exceeded", {})
    assert "ResourceOptions(custom_timeouts=...)" in aws_sentence(error)
