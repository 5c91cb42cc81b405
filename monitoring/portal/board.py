"""All that the pages know: a snapshot of each source, refreshed on a timer of its own."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from models.candidate import Record as Training
from monitoring.exporter import TableFacts
from monitoring.portal import figures
from monitoring.portal.kept import Kept, keep_fresh, read_each
from monitoring.prometheus import Alert, AtAddress
from monitoring.report import Report
from monitoring.usage import Use
from monitoring.users import Asked, requests_of
from sixfold.compatibility import Interface
from sixfold.contract import Product
from sixfold.registry.entries import Entry
from sixfold.release import Record

USE_DAYS = 30
_CARDS = 5
"""Of each product the newest releases have a model card, and all that the ledger names last."""


class Card(NamedTuple):
    """The contents of a bento that a model card shows; None where the release is older than the file."""

    training: Training | None
    interface: Interface | None


@dataclass(frozen=True)
class Readers:
    """The sources. Each may raise whatever it likes, and may take as long as it likes."""

    contracts: Callable[[], dict[str, Product]]
    ledger: Callable[[Product], list[Entry]]
    records: Callable[[Product], list[Record]]
    card: Callable[[str, str], Card]
    tables: Callable[[], list[TableFacts]]
    prometheus: AtAddress
    use: Callable[[Product], list[Use]]
    reports: Callable[[Product], list[Report]]
    received: Callable[[], list[dict[str, Any]]]
    texts: Callable[[Product], dict[str, Markup]]


class Board:
    """The snapshots; a page reads their `value`, and says their age and what could not be had."""

    def __init__(self, readers: Readers) -> None:
        self._readers = readers
        self.contracts: Kept[dict[str, Product]] = Kept("contracts", {}, 15, readers.contracts)
        self.ledger: Kept[dict[str, list[Entry]]] = Kept("ledger", {}, 20, self._each(readers.ledger, "ledger"))
        self.records: Kept[dict[str, list[Record]]] = Kept("registry", {}, 30, self._each(readers.records, "records"))
        self.cards: Kept[dict[str, Card]] = Kept("bentos", {}, 30, self._read_cards)
        self.tables: Kept[list[TableFacts]] = Kept("lake", [], 20, readers.tables)
        self.now: Kept[figures.Now] = Kept("Prometheus", {}, 10, self._read_now)
        self.over_time: dict[str, Kept[figures.OverTime]] = {
            span.name: Kept(f"Prometheus, {span.title}", {}, span.step_s / 10, self._read_over_time(span))
            for span in figures.SPANS
        }
        self.budgets: Kept[dict[str, dict[str, figures.Budget]]] = Kept(
            "error budgets", {}, 60, self._each(self._read_budgets, "budgets")
        )
        self.alerts: Kept[list[Alert]] = Kept("alerts", [], 10, readers.prometheus.alerts)
        self.received: Kept[list[dict[str, Any]]] = Kept("received alerts", [], 5, readers.received)
        self.use: Kept[dict[str, list[Use]]] = Kept("prediction log", {}, 120, self._each(readers.use, "use"))
        self.asked: Kept[dict[str, dict[tuple[str, str], Asked]]] = Kept(
            "requests by consumer", {}, 60, self._each(self._read_asked, "asked")
        )
        self.texts: Kept[dict[str, dict[str, Markup]]] = Kept("texts", {}, 60, self._each(readers.texts, "texts"))
        self.reports: Kept[dict[str, list[Report]]] = Kept("reports", {}, 60, self._each(readers.reports, "reports"))

    @property
    def sources(self) -> list[Kept[Any]]:
        """All snapshots."""
        kept = (each for name, each in vars(self).items() if name not in {"_readers", "over_time"})
        return [*kept, *self.over_time.values()]

    def refresh(self) -> None:
        """Read every source once, one after the other."""
        for source in self.sources:
            source.refresh()

    def start(self, stop: threading.Event) -> None:
        """Keep every snapshot fresh until `stop`; the contracts come first, for the others go by them."""
        self.contracts.refresh()
        list(keep_fresh(self.sources, stop))

    def live(self, product: str) -> Entry | None:
        """Return the newest entry of a product's ledger."""
        entries = self.ledger.value.get(product)
        return entries[-1] if entries else None

    def _each(self, read: Callable[[Product], Any], kept: str) -> Callable[[], dict[str, Any]]:
        def every() -> dict[str, Any]:
            contracts = self.contracts.value
            return read_each(contracts, lambda name: read(contracts[name]), lambda: getattr(self, kept).value)

        return every

    def _read_now(self) -> figures.Now:
        return figures.now(self._readers.prometheus, datetime.now(UTC))

    def _read_over_time(self, span: figures.Span) -> Callable[[], figures.OverTime]:
        return lambda: figures.over_time(self._readers.prometheus, span, datetime.now(UTC))

    def _read_budgets(self, product: Product) -> dict[str, figures.Budget]:
        return figures.budgets(self._readers.prometheus, product, datetime.now(UTC))

    def _read_asked(self, product: Product) -> dict[tuple[str, str], Asked]:
        return requests_of(self._readers.prometheus, product.name, datetime.now(UTC), USE_DAYS)

    def _read_cards(self) -> dict[str, Card]:
        """Read the cards that are not kept yet: a release never changes."""
        wanted = dict(self._with_a_card())
        known = {digest: card for digest, card in self.cards.value.items() if digest in wanted}
        return read_each(wanted, lambda digest: known.get(digest) or self._readers.card(wanted[digest], digest))

    def _with_a_card(self) -> Iterable[tuple[str, str]]:
        for product in self.contracts.value:
            live = self.live(product)
            for digest in live.releases if live else ():
                yield digest, product
            for record in self.records.value.get(product, [])[-_CARDS:]:
                yield record.digest, product
