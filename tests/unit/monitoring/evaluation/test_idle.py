"""The time since the last call of each consumer, from a prediction log in a real catalog on moto."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitoring.evaluation.idle import Idle
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs

Rows = list[dict[str, Any]]
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def call(predictions: Callable[..., Rows], log: Callable[[Rows], None]) -> Callable[[str, int], None]:
    def call(consumer: str, days_ago: int) -> None:
        log([row | {"consumer": consumer, "logged_at": NOW - timedelta(days=days_ago)} for row in predictions(2)])

    return call


def _days(idle: Idle) -> dict[str, float]:
    return {name: seconds / 86400 for name, seconds in idle.seconds(NOW).items()}


def test_nobody_is_idle_before_the_first_prediction(platform: PlatformRefs, product: Product) -> None:
    assert Idle(platform, product).seconds(NOW) == {}


def test_a_consumer_is_idle_since_its_last_call_or_since_anybodys_first(
    platform: PlatformRefs, product: Product, call: Callable[[str, int], None]
) -> None:
    idle = Idle(platform, product)
    call("unknown", 31)
    call("rebooking", 20)
    call("rebooking", 2)
    assert _days(idle) == {"rebooking": 2, "gate-planning": 31}
    call("gate-planning", 1)
    assert _days(idle) == {"rebooking": 2, "gate-planning": 1}


def test_a_file_is_read_once(
    platform: PlatformRefs, product: Product, call: Callable[[str, int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    idle, read = Idle(platform, product), list[int]()
    monkeypatch.setattr(idle, "_take", lambda part: read.append(part.height))
    for days in (3, 2):
        call("rebooking", days)
        idle.seconds(NOW)
    assert read == [2, 2]
