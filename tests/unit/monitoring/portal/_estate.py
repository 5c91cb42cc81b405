"""An estate without sources: any number of products and releases, whose every text may be hostile."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
from pydantic import TypeAdapter

from models.candidate import Periods
from models.candidate import Record as Training
from monitoring.exporter import Column, TableFacts
from monitoring.portal.app import Portal
from monitoring.portal.board import Board, Card, Readers
from monitoring.portal.figures import NOW, OVER_TIME
from monitoring.portal.texts import markdown
from monitoring.prometheus import Alert, Sample, Series
from monitoring.report import Report
from monitoring.usage import Use
from sixfold.contract import Product, load_product
from sixfold.registry.entries import Compared, Decision, Entry, Numbers
from sixfold.release import Changes, Record
from sixfold.stack import Pin

AT = datetime.now(UTC) - timedelta(hours=2)
CONTRACT = load_product(Path(__file__).parents[4] / "products/flight_delays/product.yaml")
DAY = AT.date()
_LIVE = ("metric", "low", "high", "labels", "predictions", "coverage")


def digest(product: str, number: int) -> str:
    """Return the digest of a release."""
    return sha256(f"{product} {number}".encode()).hexdigest()


def product(name: str, text: str) -> Product:
    """Return a contract whose texts are all the same."""
    consumer = {"name": "caller", "purpose": text, "contact": text, "requests_per_day": 10, "fields": [text]}
    versions = {
        "v1": {"since": date(2025, 1, 1), "deprecated": DAY, "sunset": DAY + timedelta(days=200), "guide": "/guide"},
        "v2": {"since": date(2025, 1, 1)},
    }
    said = CONTRACT.model_dump() | {
        "name": name, "title": text, "description": text, "owner": "owners", "on_call": text, "example": {text: text},
        "consumers": [consumer], "api_versions": versions, "metric": CONTRACT.metric.model_dump() | {"name": text},
    }  # fmt: skip
    return Product.model_validate(json.loads(json.dumps(said, default=str)))


class FakePrometheus:
    """Answers every query for every product."""

    def __init__(self, products: dict[str, Product], text: str, releases: int, points: int = 30) -> None:
        self._keys = [
            {"product": name, "api_version": "v2", "release": digest(name, number)[:12], "shadow": "false"}
            for name in products
            for number in range(releases)
        ]
        self._text, self._points = text, points

    def query(self, expression: str, at: datetime) -> list[Sample]:
        """Return two samples for each release: the whole, and one value of a slice."""
        assert at
        more = {"state": "enough", "feature": self._text, "consumer": self._text}
        slices = ({"slice": "", "value": ""}, {"slice": self._text, "value": self._text})
        value = 1.0 if expression == NOW["up"] else 0.7
        if "by (api_version)" in expression or "by (consumer" in expression:
            return [Sample({"api_version": "v2", **more}, 0.5 if "5.." in expression else 1000.0)]
        if expression == NOW["fresh"]:
            return [Sample({"product": key["product"]}, 60.0) for key in self._keys]
        if expression in (NOW["p99"], NOW["rate"]):
            return [Sample({"product": key["product"], "api_version": "v2"}, 0.02) for key in self._keys]
        return [Sample(key | more | where, value) for key in self._keys for where in slices]

    def range(self, expression: str, since: datetime, until: datetime, step_s: int) -> list[Series]:
        """Return a series for each release."""
        assert expression in OVER_TIME.values()
        assert since < until
        start = until.timestamp() - self._points * step_s
        points = tuple((start + n * step_s, 0.6 + n % 7 / 100) for n in range(self._points))
        return [Series(key, points) for key in self._keys]

    def alerts(self) -> list[Alert]:
        """Return an alert that fires, and one that is about to, for the first product."""
        labels = {"alertname": "ModelMetricBreach", "severity": "page", "team": "owners"}
        labels["product"] = self._keys[0]["product"] if self._keys else ""
        notes = {"summary": self._text, "description": self._text}
        return [Alert(state, AT, labels, notes) for state in ("firing", "pending")]


def record(name: str, number: int, text: str) -> Record:
    """Return the record of a release."""
    changes = Changes(
        since=digest(name, number - 1), data=(text,), features_added=(text,), features_removed=(text,),
        parameters={text: (text, text)}, metrics={text: (0.6, 0.7)}, fixed={text: text},
    )  # fmt: skip
    return Record(
        product=name, digest=digest(name, number), created=AT, git_commit="c" * 40, lock_hash="d" * 64,
        feature_hash="e" * 64, training_key="f" * 64, snapshots={text: number}, metrics={text: 0.7},
        changes=changes if number else None,
    )  # fmt: skip


def entries(name: str, text: str, releases: int) -> list[Entry]:
    """Return a ledger in which each release went live after the other, and the last two share the requests."""
    numbers = Numbers(metric=Compared(name=text, candidate=0.7, live=0.6), gain=0.1, gain_low=0, gain_high=0.2)
    decision = Decision(by=text, verdict=text, reason=text, numbers=numbers)
    pins = [Pin(release=digest(name, number), weight=100) for number in range(releases)]
    shared = tuple(pin.model_copy(update={"weight": 50}) for pin in pins[-2:])
    versions = [*({"v2": (pin,)} for pin in pins), {"v2": shared}]
    return [
        Entry(number=n, at=AT, product=name, versions=each, feature_hash="e" * 64, decision=decision)
        for n, each in enumerate(versions, 1)
    ]


def card(text: str) -> Card:
    """Return the card of a release."""
    row = TypeAdapter(dict).json_schema() | {
        "properties": {text: {"type": "string", "description": text, "maxLength": 9}, "n": {"type": "integer"}},
        "required": [text],
    }
    return Card(
        Training(
            features=(text,), product="x", training_key="f" * 64, content={}, feature_hash="e" * 64,
            params={text: text}, periods=Periods(train_from=AT, validate_from=AT, test_from=AT, test_until=AT),
            rows={"train": 1, "validate": 1, "test": 1}, metrics={text: 0.7}, baseline={text: 0.5},
            importance={text: 0.9, "other": 0.1},
        ),
        {"row": row, "prediction": row},
    )  # fmt: skip


def readers(text: str, products: int = 2, releases: int = 3, **others: Any) -> Readers:
    """Return sources of an estate whose every text is the same; `others` take the place of some of them."""
    contracts = {f"p{n}": product(f"p{n}", text) for n in range(products)}
    tables = [
        TableFacts(layer, name, text, 7, {"loaded-at": AT.isoformat(), "rows-raw": "100"},
                   (Column(text, "string", required=True), Column("secret_name", "string", required=False)),
                   {"owner": text, "description": text, "sixfold.personal-columns": "secret_name"})
        for name in contracts for layer in ("raw", "curated", "quarantine")
    ]  # fmt: skip
    received = {"received": text, "status": text, "receiver": text, "labels": {"alertname": text}}
    found = {
        "contracts": lambda: contracts,
        "ledger": lambda product: entries(product.name, text, releases),
        "records": lambda product: [record(product.name, number, text) for number in range(releases)],
        "card": lambda _product, _digest: card(text),
        "tables": lambda: tables,
        "prometheus": FakePrometheus(contracts, text, releases),
        "use": lambda _: [Use(text, "v2", "a" * 12, 10, 1, AT, {text: 3})],
        "reports": lambda _: [Report(id="a" * 32, at=AT, consumer=text, version="v2", comment=text, prediction_id="p")],
        "texts": lambda _: {"roadmap": markdown(f"# {text}\n\n[{text}]({text}) [x](javascript:alert(1))", None, 2)},
        "received": lambda: [received | {"annotations": {"summary": text}}],
    }
    return Readers(**{**found, **others})


def board(of: Readers) -> Board:
    """Return the snapshots of some sources, each read twice: what depends on another is whole then."""
    made = Board(of)
    made.refresh()
    made.refresh()
    return made


class Client:
    """A client of the portal, without a server."""

    def __init__(self, of: Board) -> None:
        self._app = Portal(of, stack="local", edge="http://127.0.0.1:4600").app()

    def get(self, path: str, method: str = "GET") -> httpx.Response:
        """Return the answer of one request."""
        return asyncio.run(self._get(path, method))

    async def _get(self, path: str, method: str) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:4610") as client:
            return await client.request(method, path)
