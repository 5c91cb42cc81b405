"""Facts of a product that several pages show, from the snapshots."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from monitoring.portal.board import Board
from monitoring.prometheus import Alert
from sixfold.contract import Product
from sixfold.release import SHORT
from sixfold.versions import Status, number_of


class LiveRelease(NamedTuple):
    """A release that answers an API version, or only scores its requests (`weight` 0)."""

    product: str
    version: str
    digest: str
    weight: int

    @property
    def short(self) -> str:
        """The digest as people write it."""
        return self.digest[:SHORT]

    @property
    def key(self) -> tuple[str, str, str]:
        """The key of its figures."""
        return self.product, self.version, self.short


class Measured(NamedTuple):
    """A live figure; `slice` and `value` are empty for the whole. What is not known is None."""

    slice: str
    value: str
    metric: float | None
    low: float | None
    high: float | None
    labels: float | None
    coverage: float | None
    state: str


class Health(NamedTuple):
    """The health of a product: a word, its style, and the reason."""

    word: str
    style: str
    why: str


def live_releases(board: Board, product: Product) -> list[LiveRelease]:
    """Return the releases that the ledger says are live, those of the newest version first."""
    entry = board.live(product.name)
    return [
        LiveRelease(product.name, version, pin.release, pin.weight)
        for version in sorted(entry.versions if entry else (), key=number_of, reverse=True)
        for pin in (entry.versions[version] if entry else ())
    ]


def measured(board: Board, release: LiveRelease) -> list[Measured]:
    """Return the live figures of a release: the whole first, then each value of each slice."""
    by = {
        name: {(s.labels.get("slice", ""), s.labels.get("value", "")): s for s in board.now.value[name][release.key]}
        for name in ("metric", "low", "high", "labels", "coverage", "state")
        if release.key in board.now.value.get(name, {})
    }

    def figure(name: str, where: tuple[str, str]) -> float | None:
        sample = by.get(name, {}).get(where)
        return sample.value if sample else None

    return [
        Measured(
            slice=where[0],
            value=where[1],
            metric=figure("metric", where),
            low=figure("low", where),
            high=figure("high", where),
            labels=figure("labels", where),
            coverage=figure("coverage", where),
            state=by["state"][where].labels.get("state", ""),
        )
        for where in sorted(by.get("state", {}))
    ]


def whole(board: Board, release: LiveRelease) -> Measured | None:
    """Return the live figure of a release over all slices."""
    return next((each for each in measured(board, release) if not each.slice), None)


def firing(board: Board, product: str | None = None) -> list[Alert]:
    """Return the alerts that fire, of one product or all, pages first; not the one that always does."""
    found = [
        alert
        for alert in board.alerts.value
        if alert.state == "firing"
        and alert.labels.get("alertname") != "Watchdog"
        and product in (None, alert.labels.get("product"))
    ]
    return sorted(found, key=lambda alert: (alert.labels.get("severity") != "page", alert.since))


def health(board: Board, product: Product) -> Health:
    """Return the health of a product, as far as it can be known."""
    releases, alerts = live_releases(board, product), firing(board, product.name)
    if not releases:
        return Health("no release", "none", "The ledger names no release that is live.")
    named = ", ".join(sorted({alert.labels.get("alertname", "") for alert in alerts}))
    if alerts and alerts[0].labels.get("severity") == "page":
        return Health("page", "bad", f"Alerts fire: {named}.")
    silent = [r.short for r in releases if any(s.value == 0 for s in board.now.value.get("up", {}).get(r.key, ()))]
    if silent:
        return Health("silent", "bad", f"No answer from {', '.join(silent)}.")
    if alerts:
        return Health("ticket", "poor", f"Alerts fire: {named}.")
    if board.alerts.at is None or board.now.at is None or board.alerts.problem or board.now.problem:
        return Health("not known", "none", "Prometheus does not answer.")
    return Health("well", "good", "Its releases answer, and no alert fires.")


def budget_left(board: Board, product: Product) -> float | None:
    """Return the share of the error budget that is left, of the API version that has least."""
    left = [budget.left(product) for budget in board.budgets.value.get(product.name, {}).values()]
    return min((each for each in left if each is not None), default=None)


def ending(product: Product, today: date) -> Iterator[tuple[str, str]]:
    """Yield each API version on its way to its end, with the day."""
    for version, declared in product.api_versions.items():
        if declared.status(today) is Status.DEPRECATED:
            yield version, f"ends {declared.sunset}" if declared.sunset else "deprecated, no day of its end"
        elif declared.status(today) is Status.CURRENT and declared.deprecated:
            yield version, f"deprecated from {declared.deprecated}"


def one(board: Board, name: str, key: tuple[str, str, str]) -> float | None:
    """Return the value of a figure that has one sample by product, API version and release."""
    found = board.now.value.get(name, {}).get(key)
    return found[0].value if found else None
