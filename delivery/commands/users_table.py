"""Table of the users of a product."""

from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from monitoring.users import User


def users_table(users: Iterable[User]) -> Table:
    """Return one row per consumer and API version."""
    table = Table(
        "consumer", "version", "requests", "failed", "p99", "rows", "fallbacks", "entities", "last call (UTC)", box=None
    )
    for user in users:
        asked = user.asked
        requests = (f"{asked.requests:,.0f}", f"{asked.failed:,.0f}") if asked else ("-", "-")
        p99 = f"{asked.p99_s * 1000:.0f} ms" if asked and asked.p99_s is not None else "-"
        share = f"{user.fallbacks / user.rows:.1%}" if user.rows else "-"
        entities = ", ".join(f"{name} {number:,}" for name, number in user.entities.items()) or "-"
        last = f"{user.last:%Y-%m-%d %H:%M}" if user.last else "never"
        cells = (user.consumer, user.version or "-", *requests, p99, f"{user.rows:,}", share, entities, last)
        table.add_row(*map(escape, cells))
    return table
