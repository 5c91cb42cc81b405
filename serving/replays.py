"""Requests of the past, which a local stack takes."""

from datetime import UTC, datetime
from http import HTTPStatus

from serving.http import Request
from serving.problems import Problem
from serving.runtime import Runtime
from sixfold.moments import moment_of
from sixfold.wire import REPLAY_TIME


def replayed_at(request: Request, runtime: Runtime) -> datetime | None:
    """Return the moment that a replayed request was made at, by its header `X-Replay-Time`; None for one made now.

    Raises:
        Problem: this stack takes no replays, or the moment is not ISO 8601 with an offset.

    """
    given = request.header(REPLAY_TIME)
    if given is None:
        return None
    if not runtime.settings.replay:
        raise Problem(HTTPStatus.FORBIDDEN, f"this stack takes no replayed requests; leave {REPLAY_TIME} out")
    try:
        return moment_of(given).astimezone(UTC)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{REPLAY_TIME} is {error}") from None
