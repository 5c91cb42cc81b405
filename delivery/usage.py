"""Asks a stack who uses a product: its lake, and its Prometheus."""

from datetime import UTC, datetime, timedelta

from delivery.live_stack import LiveStack
from delivery.reporter import Reporter
from delivery.rollout.prometheus import Prometheus, of_stack
from delivery.users import Asked, User, users
from infra.plans.retirement import DAYS, ending, pinned
from monitoring.usage import usage
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.metric_names import REQUEST_SECONDS_BUCKET, REQUESTS
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


def requests_of(prometheus: Prometheus, product: str, now: datetime, days: int) -> dict[tuple[str, str], Asked]:
    """Return the requests of the last days by consumer and API version.

    Raises:
        SixfoldError: Prometheus does not answer.

    """
    by, own = "sum by (consumer, api_version%s)", f'product="{product}"'
    made = f"{by % ''} (increase({REQUESTS}{{{own}%s}}[{days}d]))"
    spent = f"{by % ', le'} (rate({REQUEST_SECONDS_BUCKET}{{{own}}}[{days}d]))"
    expressions = {
        "requests": made % "",
        "failed": made % ',code=~"5.."',
        "p99_s": f"histogram_quantile(0.99, {spent}) >= 0",  # no number where there was no request
    }
    found: dict[tuple[str, str], Asked] = {}
    for field, expression in expressions.items():
        for sample in prometheus.query(expression, now):
            who = sample.labels.get("consumer", ""), sample.labels["api_version"]
            found[who] = found.get(who, Asked())._replace(**{field: sample.value})
    return found
