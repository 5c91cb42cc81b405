"""Asks a stack who uses a product: its lake, and its Prometheus."""

from datetime import UTC, datetime, timedelta

from delivery.live_stack import LiveStack
from delivery.reporter import Reporter
from delivery.rollout.prometheus import of_stack
from infra.plans.retirement import DAYS, ending, pinned
from monitoring.usage import usage
from monitoring.users import User, requests_of, users
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import copied
from sixfold.use import Called, Figures, keep, place


def look(stack: LiveStack, product: Product, days: int, report: Reporter) -> list[User]:
    """Return the users of a product of a stack that is up, over the last days; without Prometheus its figures miss.

    What the log has is kept in the stack's home, for the program: it ends no API version that somebody calls.
    """
    now = datetime.now(UTC)
    uses = usage(stack.platform, product, now - timedelta(days=days))
    try:
        prometheus = of_stack(stack.name, stack.settings(), stack.outputs.endpoints)
        asked = requests_of(prometheus, product.name, now, days)
    except SixfoldError as error:
        report.say(f"requests, failures and times are missing: {error.what}", passed=False)
        asked = None
    calls = tuple(Called(consumer=use.consumer, version=use.version, rows=use.rows, last=use.last) for use in uses)
    keep(place(stack.project.home, stack.name, product.name), Figures(at=now, days=days, calls=calls))
    return users(product, uses, asked)


def look_at_endings(stack: LiveStack, report: Reporter) -> None:
    """Bring the figures of use up to date for each API version that the next apply would end; mostly there is none.

    Where they cannot be had this says so, and the program refuses.
    """
    settings, today = stack.settings(), datetime.now(UTC).date()
    for name in settings.products:
        product = stack.project.product(name)
        ends = ending(product, copied(stack.project.home, stack.name, name), pinned(settings, name), today)
        if not ends:
            continue
        report.say(f"{name} {', '.join(ends)} ends by this change: who called in the last {DAYS} days")
        try:
            stack.connect()
            look(stack, product, DAYS, report)
        except Exception as error:  # noqa: BLE001 - whatever a lake says that is not there
            report.say(f"it cannot be known: {error}", passed=False)
