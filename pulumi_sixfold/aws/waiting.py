"""Waiting for AWS: botocore's waiters, and ones of its kind for what it has none for; all within the time allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_sixfold.kit import deadline as patience

_EVERY_S = 5


def wait(client: Any, waiter: str, *, every_s: int | None = None, **names: Any) -> None:  # noqa: ANN401 - any service
    """Wait by one of botocore's waiters; every so many seconds, None: as often as it looks by itself.

    Raises:
        botocore.exceptions.WaiterError: AWS reports a failure, or the time is over; the next run goes on from there.

    """
    found = client.get_waiter(waiter)
    _wait(found, every_s or found.config.delay, names)


def wait_for(  # noqa: D417 - names are the operation's
    client: Any,  # noqa: ANN401 - any service
    operation: str,
    acceptors: Sequence[Mapping[str, Any]],
    *,
    every_s: int = _EVERY_S,
    **names: Any,  # noqa: ANN401 - the operation's
) -> None:
    """Wait until an operation answers what is accepted.

    Args:
        client: of the service.
        operation: its name, as AWS writes it.
        acceptors: what ends the wait, in the words of botocore's waiter files.
        every_s: seconds between two looks.

    Raises:
        botocore.exceptions.WaiterError: AWS reports a failure, or the time is over; the next run goes on from there.

    """
    from botocore.waiter import WaiterModel, create_waiter_with_client  # noqa: PLC0415 - loaded by now

    waiter = {"operation": operation, "delay": every_s, "maxAttempts": 1, "acceptors": list(acceptors)}
    model = WaiterModel({"version": 2, "waiters": {"It": waiter}})
    _wait(create_waiter_with_client("It", model, client), every_s, names)


def _wait(waiter: Any, every_s: int, names: Mapping[str, Any]) -> None:  # noqa: ANN401 - made at run time
    waiter.wait(**names, WaiterConfig={"Delay": every_s, "MaxAttempts": patience.attempts(every_s)})
