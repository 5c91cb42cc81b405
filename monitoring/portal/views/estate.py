"""The estate: every product on one screen."""

from datetime import UTC, datetime
from typing import Any

from monitoring.portal.board import Board
from monitoring.portal.views import facts
from sixfold.contract import Product
from sixfold.versions import number_of


def view(board: Board) -> dict[str, Any]:
    """Return the values of the page."""
    contracts = board.contracts.value
    alerts: dict[str, int] = {}
    for alert in facts.firing(board):
        name = alert.labels.get("product", "")
        alerts[name] = alerts.get(name, 0) + 1
    return {
        "products": [_product(board, contracts[name], alerts.get(name, 0)) for name in sorted(contracts)],
        "others": alerts.get("", 0),
    }


def _product(board: Board, product: Product, alerts: int) -> dict[str, Any]:
    releases = facts.live_releases(board, product)
    loaded = [table.loaded for table in board.tables.value if table.product == product.name and table.loaded]
    today = datetime.now(UTC).date()
    return {
        "contract": product,
        "health": facts.health(board, product),
        "budget": facts.budget_left(board, product),
        "figures": [(each, facts.whole(board, each)) for each in releases],
        "features_s": facts.one(board, "fresh", (product.name, "", "")),
        "loaded": max(loaded, default=None),
        "versions": [
            (version, product.api_versions[version].status(today), [r for r in releases if r.version == version])
            for version in sorted(product.api_versions, key=number_of, reverse=True)
        ],
        "alerts": alerts,
        "ending": list(facts.ending(product, today)),
    }
