"""Cost of a stack as its file says: for the command, and for the difference that a change makes."""

from collections.abc import Sequence

from delivery.live_stack import LiveStack
from infra.checks.cost.estimate import Line, Resource, estimate
from infra.checks.cost.report import document, report
from infra.checks.cost.table import prices
from infra.checks.recording import record


def lines_of(live: LiveStack) -> Sequence[Line]:
    """Return the cost of a stack, a month at rest, by component. Needs neither credentials nor an engine."""
    planned = record(live.name, live.settings(), root=live.project.root, home=live.project.home)
    paid = [Resource(each.urn, each.inputs, each.provider["region"]) for each in planned if each.on_aws]
    return estimate(paid, prices())


def text_of(live: LiveStack) -> str:
    """Return the cost as text, made for `diff`."""
    settings = live.settings()
    return report(live.name, settings.region, lines_of(live), prices(), settings.budget_usd)


def document_of(live: LiveStack) -> dict[str, object]:
    """Return the cost as values for JSON."""
    settings = live.settings()
    return document(live.name, settings.region, lines_of(live), prices(), settings.budget_usd)
