"""Waiting for EKS, whose changes take minutes."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pulumi_sixfold.aws.waiting import wait, wait_for

F = TypeVar("F", bound=Mapping[str, Any])

TIMEOUT_S = 2400.0
"""A control plane takes ten minutes, and a new version of one half an hour."""

_EVERY_S = 15
_DONE = [
    {"matcher": "path", "argument": "update.status", "expected": status, "state": state}
    for status, state in (("Successful", "success"), ("Failed", "failure"), ("Cancelled", "failure"))
]


def waited(client: Any, waiter: str, **names: str) -> None:  # noqa: ANN401 - its waiters are overloads by name
    """Wait by one of botocore's waiters.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    wait(client, waiter, every_s=_EVERY_S, **names)


def settled(client: Any, waiter: str, read: Callable[[], F], **names: str) -> F:  # noqa: ANN401 - as above
    """Return the result of `read` once no operation is in progress; a failed resource may be repaired by a change.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    found = read()
    if found.get("status") in {"CREATING", "UPDATING"}:
        waited(client, waiter, **names)
        found = read()
    return found


def updated(client: Any, answer: Any, **names: str) -> None:  # noqa: ANN401 - several typed dicts
    """Wait until the update that EKS has just accepted is done. A stand-in has done it already, and keeps no record.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    update = answer.get("update", {})
    if update.get("status", "Successful") != "Successful":
        wait_for(client, "DescribeUpdate", _DONE, every_s=_EVERY_S, **names, updateId=update["id"])
