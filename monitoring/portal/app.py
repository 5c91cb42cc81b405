"""The portal as an application: one route a page, from the snapshots alone. Read-only; pages have no script."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitoring.portal import figures, texts, words
from monitoring.portal.board import Board
from monitoring.portal.links import Links
from monitoring.portal.views import attempt, data, estate, facts, product, release
from monitoring.server import READY
from sixfold import pages
from sixfold.contract import Product
from sixfold.metric_names import PORTAL_REFRESHED

PAGES = Path(__file__).with_name("pages")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_NOT_FOUND = 404
_LEDGER = 200
_RECEIVED = 50
Page = Callable[[Request], tuple[str, dict[str, Any]]]


class Portal:
    """The pages of one stack.

    Args:
        board: the snapshots.
        stack: the name of the stack.
        edge: the base URL at which consumers call.

    """

    def __init__(self, board: Board, *, stack: str, edge: str) -> None:
        self._board, self._stack, self._edge = board, stack, edge

    def app(self) -> Starlette:
        """Return the application."""
        registry = CollectorRegistry()
        registry.register(_Ages(self._board))
        style = (PAGES / "style.css").read_text()

        def metrics(_: Request) -> Response:
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

        def ready(_: Request) -> Response:
            return PlainTextResponse("ready\n")

        def styles(_: Request) -> Response:
            return Response(style, media_type="text/css", headers=HEADERS)

        below = "/products/{product}"
        return Starlette(
            routes=[
                Route(READY, ready),
                Route("/metrics", metrics),
                Route("/style.css", styles),
                self._route("/", self.estate),
                self._route("/alerts/", self.alerts),
                self._route("/docs/{path:path}", self.docs),
                self._route(f"{below}/", self.product),
                self._route(f"{below}/ledger/", self.ledger),
                self._route(f"{below}/data/", self.data),
                self._route(f"{below}/releases/{{release}}/", self.release),
                self._route(f"{below}/try/{{version}}/", self.attempt),
            ],
            exception_handlers={_NOT_FOUND: self._missing},
        )

    def estate(self, _: Request) -> tuple[str, dict[str, Any]]:
        """Show all products on one screen."""
        return "estate", estate.view(self._board)

    def product(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show one product."""
        wanted = request.query_params.get("span")
        span = next((each for each in figures.SPANS if each.name == wanted), figures.SPANS[0])
        return "product", product.view(self._board, self._product(request), span)

    def release(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show one release, by the first digits of its digest."""
        contract, digits = self._product(request), request.path_params["release"]
        records = self._board.records.value.get(contract.name, [])
        found = [record for record in records if record.digest.startswith(digits)]
        if len(found) != 1:
            raise HTTPException(_NOT_FOUND, f"The registry has no release {digits} of {contract.name}.")
        return "release", release.view(self._board, contract, found[0])

    def ledger(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show the ledger of a product, newest first."""
        contract = self._product(request)
        entries = self._board.ledger.value.get(contract.name, [])
        return "ledger", {"product": contract, "entries": entries[::-1][:_LEDGER]}

    def data(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show the data of a product."""
        return "data", data.view(self._board, self._product(request))

    def attempt(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show the API of a product, to be tried."""
        contract, version = self._product(request), request.path_params["version"]
        if version not in contract.api_versions:
            raise HTTPException(_NOT_FOUND, f"The contract of {contract.name} has no API version {version}.")
        given = dict(request.query_params)
        return "attempt", attempt.view(self._board, contract, version, self._edge, self._stack, given)

    def alerts(self, _: Request) -> tuple[str, dict[str, Any]]:
        """Show the alerts that fire or are about to, and the last ones that arrived."""
        contracts = self._board.contracts.value
        return "alerts", {
            "firing": facts.firing(self._board),
            "pending": [each for each in self._board.alerts.value if each.state == "pending"],
            "on_call": {contract.owner: contract.on_call for contract in contracts.values()},
            "known": set(contracts),
            "received": self._board.received.value[::-1][:_RECEIVED],
            "runbooks": {path.stem for path in (texts.DOCS / "runbooks").glob("*.md")},
        }

    def docs(self, request: Request) -> tuple[str, dict[str, Any]]:
        """Show a page of the docs, such as a runbook."""
        found = texts.page_of(request.path_params["path"])
        if found is None:
            raise HTTPException(_NOT_FOUND, "The docs have no such page.")
        return "docs", {"title": found[0], "text": found[1]}

    def _product(self, request: Request) -> Product:
        name = request.path_params["product"]
        if name not in self._board.contracts.value:
            raise HTTPException(_NOT_FOUND, f"The stack has no product {name}.")
        return self._board.contracts.value[name]

    def _route(self, path: str, page: Page) -> Route:
        def answer(request: Request) -> Response:
            template, values = page(request)
            return self._answer(request, template, values)

        return Route(path, answer, methods=["GET"])

    def _missing(self, request: Request, error: Exception) -> Response:
        detail = error.detail if isinstance(error, HTTPException) else ""
        return self._answer(request, "missing", {"detail": detail}, _NOT_FOUND)

    def _answer(self, request: Request, template: str, values: dict[str, Any], status: int = 200) -> Response:
        now = datetime.now(UTC)
        text = pages.render(
            str(PAGES / template),
            **values,
            links=Links.of(request.scope["path"]),
            stack=self._stack,
            sources=self._board.sources,
            registered={each.digest for records in self._board.records.value.values() for each in records},
            words=words,
            ago=lambda at: words.ago(at, now),
        )
        return HTMLResponse(text, status, headers=HEADERS)


class _Ages(Collector):
    """The age of each snapshot as a metric."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> list[GaugeMetricFamily]:
        """Return the moment of the last good reading of each source."""
        at = GaugeMetricFamily(PORTAL_REFRESHED, "When a source was last read", labels=("source",))
        for source in self._board.sources:
            if source.at:
                at.add_metric((source.name,), source.at.timestamp())
        return [at]
