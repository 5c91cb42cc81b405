"""The HTTP side of a release process: routes, limits, and a problem document for everything that goes wrong.

It is a plain ASGI application. Routing by a dictionary and answers made of bytes take a tenth of a framework's time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import Receive, Scope, Send

from serving.docs import openapi, page
from serving.feedback import feedback
from serving.http import Answer, Request, answer_json
from serving.predict import predict
from serving.problems import Problem
from serving.runtime import Runtime
from sixfold.wire import RELEASE

Handler = Callable[[Request, Runtime], Awaitable[Answer]]
_log = logging.getLogger("sixfold.app")


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
        if request.foreign:
            raise Problem(HTTPStatus.FORBIDDEN, "this address is for programs of its machine, not for other sites")
        method, handler = ROUTES[path]
        if request.method != method and (request.method, method) != ("HEAD", "GET"):  # the server leaves the body out
            detail = f"{path} takes {method}, not {request.method}"
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers={"Allow": method})
        return await handler(request, self.runtime)
