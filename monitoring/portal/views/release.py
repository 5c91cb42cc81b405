"""One release: its model card, its lineage, and its differences to the release before."""

from typing import Any

from monitoring.portal.board import Board, Card
from monitoring.portal.views import facts
from sixfold.contract import Product
from sixfold.registry.entries import Entry, ended, withdrawn
from sixfold.release import SHORT, Record

_NO_CARD = Card(None, None)


def view(board: Board, product: Product, record: Record) -> dict[str, Any]:
    """Return the values of the page."""
    entries = board.ledger.value.get(product.name, [])
    card = board.cards.value.get(record.digest, _NO_CARD)
    live = [each for each in facts.live_releases(board, product) if each.digest == record.digest]
    records = board.records.value.get(product.name, [])
    since = record.changes.since if record.changes else None
    return {
        "product": product,
        "record": record,
        "card": card.training,
        "live": [(each, facts.measured(board, each)) for each in live],
        "fate": _fate(entries, record.digest),
        "history": [entry for entry in entries if record.digest in entry.releases],
        "before": next((each for each in records if each.digest == since), None),
        "lineage": _lineage(record, card, live),
        "importance": _largest(card.training.importance) if card.training else [],
    }


def _fate(entries: list[Entry], digest: str) -> str | None:
    """Return the sentence on the end of a release; None where it may answer."""
    if decision := withdrawn(entries).get(digest):
        return f"Withdrawn by {decision.by}: {decision.reason}"
    if decision := ended(entries).get(digest):
        return f"Taken back by a {decision.by}: {decision.reason}"
    return None


def _lineage(record: Record, card: Card, live: list[facts.LiveRelease]) -> list[tuple[str, list[str]]]:
    """Return the stations from the tables to the API versions that the release answers now, in order."""
    training = card.training
    views = [f"{view.name}: {', '.join(view.features)}" for view in training.views] if training else []
    steps = [
        ("Tables", [f"{table}, snapshot {snapshot}" for table, snapshot in sorted(record.snapshots.items())]),
        ("Features", [f"definitions {record.feature_hash[:SHORT]}", *views]),
        ("Training", [f"key {record.training_key[:SHORT]}", f"commit {record.git_commit[:SHORT]}"]),
        ("Release", [record.short]),
        ("Answers", [f"{each.version}, {each.weight}% of the requests" for each in live] or ["nothing now"]),
    ]
    return [(name, items) for name, items in steps if items]


def _largest(shares: dict[str, float], most: int = 15) -> list[tuple[str, float]]:
    return sorted(shares.items(), key=lambda each: -each[1])[:most]
