"""The data of a product: its tables, their owners, rows and freshness, and what is in quarantine."""

from typing import Any

from monitoring.exporter import TableFacts
from monitoring.portal.board import Board
from sixfold.contract import Product

_LAYERS = ("raw", "curated", "labels", "quarantine", "predictions")


def view(board: Board, product: Product) -> dict[str, Any]:
    """Return the values of the page."""
    tables = [table for table in board.tables.value if table.product == product.name]
    return {
        "product": product,
        "tables": sorted(tables, key=lambda table: (_LAYERS.index(table.layer), table.table)),
        "used": {f"{t.layer}.{t.table}": _used_by(board, product, t) for t in tables},
        "quarantine": [(table, share_of(table)) for table in tables if table.layer == "quarantine"],
    }


def share_of(table: TableFacts) -> float | None:
    """Return the share of the raw rows that are in quarantine."""
    raw = table.notes.get("rows-raw")
    return table.rows / max(1, int(raw)) if raw else None


def _used_by(board: Board, product: Product, table: TableFacts) -> list[str]:
    """Return the releases that were made from a table."""
    name = f"{table.layer}.{product.package if table.layer == 'labels' else table.table}"
    records = board.records.value.get(product.name, [])
    return [record.digest for record in records if name in record.snapshots]
