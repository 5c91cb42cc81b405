"""Whether an API version may end: nobody calls it, its notice has passed, and no rollback would need it."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from sixfold.consumers import PLATFORM
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import Entry, may_come_back
from sixfold.stack import Settings
from sixfold.use import Figures
from sixfold.versions import Status, number_of

DAYS = 30
"""Days without a call before a version may end."""


def pinned(settings: Settings, product: str) -> list[str] | None:
    """Return the API versions with releases in a stack file; None on one machine, where the next `up` pins the first.

    There a file without pins ends nothing.
    """
    served = settings.products.get(product, {})
    return None if settings.local else [version for version, traffic in served.items() if traffic.releases]


def ending(product: Product, entries: Sequence[Entry], pinned: Collection[str] | None, today: date) -> list[str]:
    """Return the API versions that answered until now, by the ledger, and will not any more.

    Args:
        product: its contract.
        entries: its ledger, oldest first.
        pinned: the versions with releases in the stack file, or None (`pinned`).
        today: the day of the change.

    """
    live = entries[-1].versions if entries else {}
    return [version for version in live if _ends(product, version, pinned, today)]


def _ends(product: Product, version: str, pinned: Collection[str] | None, today: date) -> bool:
    declared = product.api_versions.get(version)
    if declared is None or declared.status(today) is Status.RETIRED:
        return True
    return pinned is not None and version not in pinned


def objections(
    product: Product, version: str, entries: Sequence[Entry], figures: Figures | None, today: date
) -> Iterator[str]:
    """Yield the reasons for which an API version may not end today; `figures` are None where they could not be had."""
    if figures is None or figures.days < DAYS:
        yield f"who called it in the last {DAYS} days is not known: run `sixfold users {product.name} --days {DAYS}`"
    else:
        yield from _calls(version, figures)
    declared = product.api_versions.get(version)
    if declared is None or declared.deprecated is None:
        yield "it was never deprecated: write `deprecated` and `sunset`, and let consumers see the headers first"
    elif (passed := (today - declared.deprecated).days) < declared.notice_days:
        yield f"consumers were promised {declared.notice_days} days to move, and have had {max(0, passed)}"
    back = may_come_back(entries, entries[-1].versions if entries else {})
    if back and max(back[-1].versions, key=number_of) == version:
        yield f"a rollback would bring it back: entry {back[-1].number} of the ledger has no newer version"


def _calls(version: str, figures: Figures) -> Iterator[str]:
    since = figures.at - timedelta(days=DAYS)
    for call in figures.calls:
        if call.version == version and call.consumer != PLATFORM and call.last >= since:
            yield f"{call.consumer} called it: {call.rows:,} rows, the last at {call.last:%Y-%m-%d %H:%M} UTC"


def require_may_end(product: Product, version: str, reasons: Collection[str], *, forced: bool, protected: bool) -> None:
    """Do nothing where an API version may end, or where a stack without deletion protection is told so.

    Raises:
        SixfoldError: it may not; the message has every reason.

    """
    if not reasons or (forced and not protected):
        return
    remedy = f"move its consumers first, or set another `sunset` in the contract of {product.name}"
    if not protected:
        remedy += f"; here, without deletion_protection, `sixfold up --retire {product.name}/{version}` ends it anyhow"
    elif forced:
        remedy += "; it cannot be forced where deletion_protection is on"
    raise SixfoldError(f"{product.name} {version} may not end: {'; '.join(reasons)}", remedy=remedy)
