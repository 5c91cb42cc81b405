"""The HTTP side of a release process: routes, limits, and a problem document for everything that goes wrong.

It is a plain ASGI application. Routing by a dictionary and answers made of bytes take a tenth of a framework's time.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from starlette.types import Receive, Scope, Send

from serving.body import read_json
from serving.docs import openapi, page
from serving.fallback import headers as missing_features
from serving.http import Answer, Request, answer_json
from serving.mirror import others
from serving.parsing import parse, parse_rows
from serving.predictor import RowError
from serving.problems import Problem
from serving.runtime import Runtime
from sixfold.labels import number_of
from sixfold.moments import moment_of
from sixfold.wire import CONSUMER, MIRROR_TO, RELEASE, REPLAY_TIME, SHADOW

REFUSALS = {status for status in HTTPStatus if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR}
_SHADOWS_WITHIN = timedelta(minutes=10)
Handler = Callable[[Request, Runtime], Awaitable[Answer]]
_log = logging.getLogger("sixfold.app")


class Feedback(BaseModel):
    """Observed outcome of a prediction. `label` is a number, for a yes or no 1 or 0, or the name of a class."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prediction_id: UUID
    label: float | str


_FEEDBACK = TypeAdapter(Feedback)


async def predict(request: Request, runtime: Runtime) -> Answer:
    """Answer one row, or a batch."""
    started, status, consumer = time.perf_counter(), HTTPStatus.INTERNAL_SERVER_ERROR, _consumer(request, runtime)
    shadow_of = _shadow_of(request, runtime)
    try:
        at = replayed_at(request, runtime)
        body = await read_json(request)
        runtime.room.require(1, len(body))  # to parse a batch takes as long as to predict it
        rows, batch = parse_rows(body, runtime.row, runtime.batch)
        with runtime.room.taken(len(rows), len(body)):
            served = await runtime.predictor.predict(rows, runtime.new_id, at)
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
                runtime.metrics.seconds.observe(time.perf_counter() - started)
    if not shadow_of and (named := request.header(MIRROR_TO)):
        to = others(named, runtime.settings.address or _listening(request))
        runtime.mirror.send(to, body, request.header, served[0].time.isoformat())
    answers = [each.answer() for each in served]
    content = {"release": runtime.short, **({"predictions": answers} if batch else answers[0])}
    return answer_json(content, headers=missing_features(served))


async def feedback(request: Request, runtime: Runtime) -> Answer:
    """Log the observed outcome of a prediction."""
    given = parse(await read_json(request), _FEEDBACK)
    try:
        label = number_of(runtime.product, given.label)
    except ValueError as error:
        fault = {"pointer": "#/label", "detail": str(error)}
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), errors=[fault]) from None
    runtime.feed_back(given.prediction_id, label, _consumer(request, runtime), replayed_at(request, runtime))
    return answer_json({"prediction_id": str(given.prediction_id)}, HTTPStatus.ACCEPTED)


async def metrics(_: Request, runtime: Runtime) -> Answer:
    """Return the metrics; the age of the features is measured now, and keeps its last value if the store fails."""
    try:
        await asyncio.wait_for(asyncio.to_thread(runtime.measure_freshness), timeout=2)
    except Exception as error:  # noqa: BLE001 - a scrape must not fail with the online store
        _log.warning("cannot tell how fresh the features are: %s", error or type(error).__name__)
    return Answer(generate_latest(runtime.registry), media_type=CONTENT_TYPE_LATEST)


async def docs(_: Request, runtime: Runtime) -> Answer:
    """Return the docs page."""
    return Answer(page(openapi(runtime), runtime.product).encode(), media_type="text/html; charset=utf-8")


async def openapi_json(_: Request, runtime: Runtime) -> Answer:
    """Return the OpenAPI document."""
    return answer_json(openapi(runtime))


async def index(_request: Request, _runtime: Runtime) -> Answer:
    """Redirect to the docs; BentoML's own page would load a tracker from the internet."""
    return Answer(b"", HTTPStatus.TEMPORARY_REDIRECT, headers={"location": "docs"})


ROUTES: dict[str, tuple[str, Handler]] = {
    "/predict": ("POST", predict),
    "/feedback": ("POST", feedback),
    "/metrics": ("GET", metrics),
    "/docs": ("GET", docs),
    "/openapi.json": ("GET", openapi_json),
    "/docs.json": ("GET", openapi_json),
    "/": ("GET", index),
}


class Application:
    """Finds the handler of a request, and turns what it raises into a problem document."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._always = {RELEASE: runtime.short}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI interface."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Problem as problem:
            answer = problem.answer()
        except Exception:  # noqa: BLE001 - a consumer gets a problem document, and the log the traceback
            _log.exception("%s %s failed", request.method, request.path)
            answer = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says why").answer()
        await answer.send(send, self._always)

    async def _answer(self, request: Request) -> Answer:
        path = request.path
        if path not in ROUTES:
            known = ", ".join(path for path in ROUTES if path != "/")
            raise Problem(HTTPStatus.NOT_FOUND, f"there is nothing here; there is {known} and /readyz")
        method, handler = ROUTES[path]
        if request.method != method and (request.method, method) != ("HEAD", "GET"):  # the server leaves the body out
            detail = f"{path} takes {method}, not {request.method}"
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": method})
        return await handler(request, self.runtime)


def replayed_at(request: Request, runtime: Runtime) -> datetime | None:
    """Return the moment that a replayed request was made at, by its header `X-Replay-Time`; None for one made now.

    Raises:
        Problem: this stack takes no replays, or the moment is not ISO 8601 with an offset.

    """
    if request.header(REPLAY_TIME) is not None and not runtime.settings.replay:
        raise Problem(HTTPStatus.FORBIDDEN, f"this stack takes no replayed requests; leave {REPLAY_TIME} out")
    return _moment(request, REPLAY_TIME)


def _shadow_of(request: Request, runtime: Runtime) -> datetime | None:
    """Return the moment of the request of which this one is a copy; None where it is none.

    Raises:
        Problem: it is too long ago, and would change days that were evaluated.

    """
    moment = _moment(request, SHADOW)
    if moment and not runtime.settings.replay and abs(datetime.now(UTC) - moment) > _SHADOWS_WITHIN:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{SHADOW} is not of the last minutes")
    return moment


def _moment(request: Request, header: str) -> datetime | None:
    given = request.header(header)
    if given is None:
        return None
    try:
        return moment_of(given).astimezone(UTC)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f"{header} is {error}") from None


def _listening(request: Request) -> str:
    host, port = request.server or ("", "")
    return f"{host}:{port}"


def _consumer(request: Request, runtime: Runtime) -> str:
    return runtime.consumer(request.header(CONSUMER))
