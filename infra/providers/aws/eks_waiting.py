"""Waiting for EKS, whose changes take minutes: botocore's waiters, and one for updates that botocore lacks."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import Field

from infra.providers.args import Input

if TYPE_CHECKING:
    from mypy_boto3_eks import EKSClient

F = TypeVar("F", bound=Mapping[str, Any])

Minutes = Input[Annotated[int, Field(ge=1, le=720)]]
TIMEOUT: Any = Field(40, description="Minutes, 1-720, that a create, an update or a delete may take.")

_EVERY_S = 15
_UPDATE = {
    "version": 2,
    "waiters": {
        "Update": {
            "operation": "DescribeUpdate",
            "delay": _EVERY_S,
            "maxAttempts": 1,
            "acceptors": [
                {"matcher": "path", "argument": "update.status", "expected": status, "state": state}
                for status, state in (("Successful", "success"), ("Failed", "failure"), ("Cancelled", "failure"))
            ],
        }
    },
}


def waited(client: "EKSClient", waiter: Any, minutes: int, **names: str) -> None:  # noqa: ANN401 - names of waiters
    """Wait by one of botocore's waiters.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    client.get_waiter(waiter).wait(**names, WaiterConfig=_within(minutes))


def settled(client: "EKSClient", waiter: Any, minutes: int, read: Callable[[], F], **names: str) -> F:  # noqa: ANN401 - as above
    """Return what `read` finds once nothing is under way any more; what has failed may be repaired by a change.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    found = read()
    if found.get("status") in {"CREATING", "UPDATING"}:
        waited(client, waiter, minutes, **names)
        found = read()
    return found


def updated(client: "EKSClient", answer: Any, minutes: int, **names: str) -> None:  # noqa: ANN401 - several typed dicts
    """Wait until the update that EKS has just accepted is done. A stand-in has done it already, and keeps no record.

    Raises:
        botocore.exceptions.WaiterError: EKS failed, or the time is over; the next run goes on where this one ended.

    """
    from botocore.waiter import WaiterModel, create_waiter_with_client  # noqa: PLC0415 - loaded by now

    update = answer.get("update", {})
    if update.get("status", "Successful") == "Successful":
        return
    waiter = create_waiter_with_client("Update", WaiterModel(_UPDATE), client)
    waiter.wait(**names, updateId=update["id"], WaiterConfig=_within(minutes))


def _within(minutes: int) -> Any:  # noqa: ANN401 - boto3's typed dict
    return {"Delay": _EVERY_S, "MaxAttempts": minutes * 60 // _EVERY_S}
