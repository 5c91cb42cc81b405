"""`POST /predict`: one row or a batch, counted and logged for its consumer, and copied to the other releases."""

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from serving.body import read_json
from serving.callers import Copied
from serving.fallback import headers as missing_features
from serving.http import Answer, Request, answer_json
from serving.mirror import others
from serving.parsing import parse_rows
from serving.predictor import RowError
from serving.problems import Problem
from serving.replays import replayed_at
from serving.runtime import Runtime
from sixfold.consumers import UNKNOWN
from sixfold.wire import AUTHORIZATION, MIRROR_TO, SHADOW

REFUSALS = {status for status in HTTPStatus if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR}
_SHADOWS_WITHIN = timedelta(minutes=10)


async def predict(request: Request, runtime: Runtime) -> Answer:
    """Answer one row, or a batch."""
    started, status, consumer = time.perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR, UNKNOWN
    shadow_of: datetime | None = None
    try:
        at, mark = replayed_at(request, runtime), request.header(SHADOW)
        if mark is None:
            consumer = runtime.callers.consumer(request.header(AUTHORIZATION))
            runtime.rates.take(consumer)
        body = await read_json(request)
        if mark is not None:
            shadow_of, consumer = _recent(runtime.callers.copied(mark, body), runtime)
        runtime.room.require(consumer, 1, len(body))  # to parse a batch takes as long as to predict it
        rows, batch = parse_rows(body, runtime.row, runtime.batch)
        with runtime.room.taken(consumer, len(rows), len(body)):
            served = await runtime.predictor.predict(rows, runtime.callers.ids_for(consumer), at)
        runtime.log(served, consumer, shadow_of)
        status = HTTPStatus.OK
    except RowError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        fault = {
            "pointer": f"#/rows/{error.number}" if batch else "#",
            "detail": "the product cannot work with this row",
        }
        raise Problem(status, "a row cannot be accepted; see errors", errors=[fault]) from error
    except Problem as problem:
        status = problem.status
        raise
    finally:
        if shadow_of:  # nobody waits for it, and no objective is about it
            runtime.metrics.shadows(str(status.value)).inc()
        else:
            runtime.metrics.requests(consumer, str(status.value)).inc()
            if status not in REFUSALS:  # a refusal takes no time, and would make the service look faster
                runtime.metrics.seconds(consumer).observe(time.perf_counter() - started)
    if not shadow_of and (named := request.header(MIRROR_TO)):
        to = others(named, runtime.settings.address or _listening(request), runtime.short)
        runtime.mirror.send(to, body, request.header, runtime.callers.mark(Copied(served[0].time, consumer), body))
    answers = [each.answer() for each in served]
    content = {"release": runtime.short, **({"predictions": answers} if batch else answers[0])}
    return answer_json(content, headers=missing_features(served))


def _recent(copied: Copied, runtime: Runtime) -> Copied:
    """Return the request of which this one is a copy.

    Raises:
        Problem: that is too long ago, and would change days that were evaluated.

    """
    if not runtime.settings.replay and abs(datetime.now(UTC) - copied.made) > _SHADOWS_WITHIN:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{SHADOW} is not of the last minutes")
    return copied


def _listening(request: Request) -> str:
    host, port = request.server or ("", "")
    return f"{host}:{port}"
