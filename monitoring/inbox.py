"""The alert inbox of one machine: `python -m monitoring.inbox --port N --file PATH`.

Takes Alertmanager's webhook (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config) at any path,
appends each alert to the file as a line of JSON, and shows the last ones as a page. The alert that always fires is a
dead man's switch: it is not kept; page and `/metrics` say when it last came, and its silence that alerts reach nobody.
All ask for the login in SIXFOLD_LOGIN: else every user of the machine could raise alarms.
"""

import argparse
import json
import os
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitoring.server import READY, run
from serving.body import read_json
from serving.http import Request as Incoming
from serving.parsing import parse
from serving.problems import Problem
from sixfold import pages
from sixfold.metric_names import NOTIFIED
from sixfold.wire import ENV_LOGIN

SHOWN = 50
_WATCHDOG = "Watchdog"  # the receiver of the alert that always fires
_SILENT = timedelta(minutes=2)


class Alert(BaseModel):
    """One alert, firing or resolved; everything else that Alertmanager says of it is kept as well."""

    model_config = ConfigDict(extra="allow")

    status: str
    labels: dict[str, str]
    annotations: dict[str, str] = {}


class Notification(BaseModel):
    """Body of Alertmanager's webhook."""

    model_config = ConfigDict(extra="ignore")

    receiver: str
    alerts: list[Alert]


_NOTIFICATION = TypeAdapter(Notification)


def create_app(file: Path) -> Starlette:
    """Return the application that keeps alerts in a file."""
    heard = Gauge(NOTIFIED, "When the alert that always fires last came", registry=(registry := CollectorRegistry()))

    async def receive(request: Request) -> Response:
        notification = parse(await read_json(Incoming(request.scope, request.receive)), _NOTIFICATION)
        if notification.receiver == _WATCHDOG:
            heard.set_to_current_time()
            return PlainTextResponse("heard\n")
        about = {"received": datetime.now(UTC).isoformat(timespec="seconds"), "receiver": notification.receiver}
        lines = [json.dumps(about | alert.model_dump()) + "\n" for alert in notification.alerts]
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as opened:
            opened.write("".join(lines))
        return PlainTextResponse("kept\n")

    def show(_: Request) -> Response:
        return HTMLResponse(page(_last(file), _moment(registry)))

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def ready(_: Request) -> Response:
        return PlainTextResponse("ready\n")

    def refuse(_: Request, problem: Exception) -> Response:
        if not isinstance(problem, Problem):
            raise problem
        answer = problem.answer()
        return Response(answer.body, answer.status, media_type=answer.media_type)

    return Starlette(
        routes=[
            Route(READY, ready),
            Route("/metrics", metrics, methods=["GET"]),
            Route("/", show, methods=["GET"]),
            Route("/{path:path}", receive, methods=["POST"]),
        ],
        exception_handlers={Problem: refuse},
    )


def page(alerts: list[dict[str, Any]], heard: datetime | None = None) -> str:
    """Return the alerts, newest first, as plain HTML, and when the alert that always fires last came."""
    late = heard is None or datetime.now(UTC) - heard > _SILENT
    return pages.render(__file__, alerts=alerts[::-1], heard=heard, late=late)


def _moment(registry: CollectorRegistry) -> datetime | None:
    seconds = registry.get_sample_value(NOTIFIED)
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def _last(file: Path) -> list[dict[str, Any]]:
    if not file.exists():
        return []
    with file.open() as lines:
        return [json.loads(line) for line in deque(lines, SHOWN)]


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.inbox", description="Receive alerts on this machine.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    given = parser.parse_args()
    run(create_app(given.file), host="127.0.0.1", port=given.port, login=os.environ[ENV_LOGIN])


if __name__ == "__main__":
    main()
