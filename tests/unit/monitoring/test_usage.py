"""The use of a product, counted from its prediction log in a real catalog on moto."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitoring.usage import Use, usage
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs

Rows = list[dict[str, Any]]
NOW = datetime.now(UTC).replace(microsecond=0)
MONTH = timedelta(days=30)


@pytest.fixture
def used(
    platform: PlatformRefs,
    product: Product,
    predictions: Callable[..., Rows],
    log: Callable[[Rows], None],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[Use]]:
    """A function that logs some predictions, changed, in two files that are read apart, and returns their use."""
    monkeypatch.setattr("monitoring.scanning.READ_ROWS", 5)

    def used(*changes: dict[str, Any]) -> list[Use]:
        for change in changes:
            log([row | {"logged_at": NOW} | change for row in predictions(5)])
        return usage(platform, product, NOW - MONTH)

    return used


def test_nothing_is_used_before_the_first_prediction(platform: PlatformRefs, product: Product) -> None:
    assert usage(platform, product, NOW - MONTH) == []


def test_rows_fallbacks_keys_and_the_last_call_add_up_over_files(used: Callable[..., list[Use]]) -> None:
    later = {"logged_at": NOW + timedelta(hours=1), "fallback": True, "entities": '{"origin": "EWR", "carrier": "AA"}'}
    (use,) = used({}, later)
    assert (use.consumer, use.version, use.release) == ("rebooking", "v1", "a" * 12)
    assert (use.rows, use.fallbacks, use.last) == (10, 5, NOW + timedelta(hours=1))
    assert use.entities == {"carrier": 1, "origin": 2}


def test_each_consumer_version_and_release_is_counted_apart(used: Callable[..., list[Use]]) -> None:
    found = used({}, {"consumer": "gate-planning"}, {"api_version": "v2"}, {"release": "b" * 64})
    assert [(use.consumer, use.version, use.release[0], use.rows) for use in found] == [
        ("gate-planning", "v1", "a", 5),
        ("rebooking", "v1", "a", 5),
        ("rebooking", "v1", "b", 5),
        ("rebooking", "v2", "a", 5),
    ]


@pytest.mark.parametrize("change", [{"shadow": True}, {"consumer": "sixfold"}, {"logged_at": NOW - 2 * MONTH}])
def test_copies_own_programs_and_earlier_calls_are_no_use(
    used: Callable[..., list[Use]], change: dict[str, Any]
) -> None:
    assert used(change) == []
