"""The users of a product: what each consumer says that it needs, beside what it was seen to ask for.

Rows, entities, fallbacks and the last call are of the prediction log, requests, failures and times of Prometheus, which
remembers for a shorter time and may not answer: then its figures are missing, and nothing else.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from monitoring.prometheus import Prometheus
from monitoring.usage import Use
from sixfold.consumers import NO_CONSUMERS, Consumer
from sixfold.contract import Product
from sixfold.metric_names import REQUEST_SECONDS_BUCKET, REQUESTS
from sixfold.use import BEYOND, SILENT_DAYS
from sixfold.versions import Status


class Asked(NamedTuple):
    """Requests of a consumer to an API version, failures among them, and the time within which 99% were answered."""

    requests: float = 0
    failed: float = 0
    p99_s: float | None = None


class User(NamedTuple):
    """A consumer of an API version; `version` is empty for one that was not seen. `asked` is None where not known."""

    consumer: str
    version: str
    rows: int
    fallbacks: int
    last: datetime | None
    entities: Mapping[str, int]
    asked: Asked | None

    def document(self) -> dict[str, Any]:
        """Return it for programs."""
        asked = self.asked._asdict() if self.asked else None
        return {**self._asdict(), "last": self.last.isoformat() if self.last else None, "asked": asked}


def users(product: Product, uses: Iterable[Use], asked: Mapping[tuple[str, str], Asked] | None) -> list[User]:
    """Return the users of each API version, and at the end the consumers of the contract that use none.

    Args:
        product: its contract.
        uses: what the log has (`monitoring.usage`).
        asked: requests by consumer and version; None: they could not be had.

    """
    by: dict[tuple[str, str], list[Use]] = {}
    for use in uses:
        by.setdefault((use.consumer, use.version), []).append(use)
    seen = [_user(*who, some, None if asked is None else asked.get(who, Asked())) for who, some in sorted(by.items())]
    names = {user.consumer for user in seen}
    unseen = (consumer.name for consumer in product.consumers if consumer.name not in names)
    return seen + [User(name, "", 0, 0, None, {}, None) for name in unseen]


def _user(consumer: str, version: str, uses: list[Use], asked: Asked | None) -> User:
    entities = {name: max(use.entities.get(name, 0) for use in uses) for use in uses for name in use.entities}
    rows, fallbacks = sum(use.rows for use in uses), sum(use.fallbacks for use in uses)
    return User(consumer, version, rows, fallbacks, max(use.last for use in uses), entities, asked)


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


def misfits(product: Product, found: Iterable[User], now: datetime, days: int) -> Iterator[str]:
    """Yield a sentence for each use that does not fit the contract."""
    profiles = {consumer.name: consumer for consumer in product.consumers}
    for user in found:
        profile = profiles.get(user.consumer)
        if profile is None:
            yield f"{user.consumer}: the contract has no such consumer; let it have a key and a profile"
        elif user.last is None or now - user.last > timedelta(days=SILENT_DAYS):
            since = f"since {user.last:%Y-%m-%d}" if user.last else f"in {days} days"
            whom = profile.contact or "it"
            yield f"{user.consumer}: no call {since}; ask {whom} whether it still needs {product.name}"
        elif (sentence := _beyond(profile, user, days)) or (sentence := _ending(product, user, now.date())):
            yield sentence


def hurt(product: Product, found: Iterable[User]) -> Iterator[str]:
    """Yield a sentence for each consumer and version that a change made today would hurt."""
    profiles = {consumer.name: consumer for consumer in product.consumers}
    for user in found:
        if user.last:
            profile = profiles.get(user.consumer)
            needs = ", ".join(profile.fields) if profile and profile.fields else "any field"
            tell = f"; tell {profile.contact}" if profile and profile.contact else ""
            yield f"{user.version}: {user.consumer} needs {needs}, last call {user.last:%Y-%m-%d %H:%M} UTC{tell}"


def _beyond(profile: Consumer, user: User, days: int) -> str | None:
    if profile.requests_per_day is None or user.asked is None:
        return None
    daily = user.asked.requests / days
    if daily <= BEYOND * profile.requests_per_day:
        return None
    return f"{user.consumer}: {daily:,.0f} requests a day; its profile says {profile.requests_per_day:g}"


def _ending(product: Product, user: User, today: date) -> str | None:
    version = product.api_versions.get(user.version)
    if version is None or user.consumer in NO_CONSUMERS or version.status(today) is not Status.DEPRECATED:
        return None
    return f"{user.consumer}: it calls {user.version}, which ends on {version.sunset or 'a day that is not set'}"
