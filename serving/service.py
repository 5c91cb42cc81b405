"""The BentoML service. It is wiring only: BentoML packages and runs it, `serving.app` answers."""

import ctypes
import gc
import os
import signal
import sys
from typing import ClassVar

# BentoML always asks prometheus-client for its mode of many processes, whose files outlive their processes and whose
# figures are then those of a dead one with the same id. There is one worker; this must come before the first metric.
os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

import bentoml
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.absent import keep_out
from serving.app import Application
from serving.runtime import load

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PROBES = {"/readyz", "/livez", "/healthz"}
CONFIG = {
    "workers": 1,
    "metrics": {"enabled": False},
    "logging": {"access": {"enabled": False}},
}

keep_out("pandas")  # pyarrow imports it where it is there: 35 MB of a process that has no use for it


class Front:
    """Answers all but the probes, before everything that BentoML does with a request.

    Its spans, its timer of each request, its router and request context take as long as a prediction.

    Args:
        app: the application that BentoML makes of the service.

    """

    answers: ClassVar[Application]

    def __init__(self, app: ASGIApp) -> None:
        self._bentoml = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; the ASGI interface."""
        ours = scope["type"] == "http" and scope["path"] not in _PROBES
        await (self.answers if ours else self._bentoml)(scope, receive, send)


class PutFront:
    """Puts `Front` before the middlewares of BentoML, which puts those of its users behind its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the ASGI interface."""
        if scope["type"] == "lifespan":
            scope["app"].middleware_stack = Front(scope["app"].middleware_stack)
        await self._app(scope, receive, send)


@bentoml.service(**CONFIG)
class Sixfold:
    """One release of one product."""

    @bentoml.on_startup  # type: ignore[untyped-decorator] # BentoML does not type it
    async def start(self) -> None:
        """Load the release in BentoML's worker, which is to stop when its parent is killed: it would hold the port."""
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        runtime = load()
        await runtime.warm_up()
        Front.answers = Application(runtime)
        gc.collect()
        gc.freeze()  # what was loaded stays: to look at it again and again would cost single requests milliseconds

    @bentoml.on_shutdown  # type: ignore[untyped-decorator] # the same
    def stop(self) -> None:
        """Write what is still in memory."""
        Front.answers.runtime.close()


Sixfold.add_asgi_middleware(PutFront)  # type: ignore[attr-defined] # the decorator makes it a service
