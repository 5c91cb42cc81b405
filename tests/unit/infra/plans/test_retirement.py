"""Whether an API version may end: who calls it, how long consumers knew, and what a rollback would bring back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from infra.plans.retirement import ending, objections, require_may_end
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.registry.entries import Decision, Entry
from sixfold.stack import Pin
from sixfold.use import Called, Figures, keep, known, place

TODAY = date(2026, 11, 30)
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
OVER = {"since": date(2025, 1, 1), "deprecated": date(2026, 8, 1), "sunset": date(2026, 11, 30)}
NOBODY = Figures(at=NOW, days=30)
CALL = Called(consumer="rebooking", version="v1", rows=1204, last=NOW)


@pytest.fixture
def old(make_product: Callable[..., Product]) -> Product:
    return make_product(api_versions={"v1": OVER, "v2": {"since": date(2026, 1, 1)}})


def _ledger(*versions: str) -> list[Entry]:
    """Return a ledger in which one text, such as "v1=a v2=b", is an entry."""
    lives = [dict(each.split("=") for each in entry.split()) for entry in versions]
    return [
        Entry(
            number=number,
            at=NOW + timedelta(hours=number),
            product="flight-delays",
            versions={name: (Pin(release=letter * 64),) for name, letter in live.items()},
            feature_hash="f",
            decision=Decision(by="somebody", verdict="release", reason="by hand"),
        )
        for number, live in enumerate(lives, 1)
    ]


SAFE = _ledger("v1=a v2=b", "v1=a v2=c")


def test_a_version_ends_on_its_day_and_not_before(old: Product) -> None:
    assert ending(old, SAFE, None, TODAY) == ["v1"]
    assert ending(old, SAFE, None, TODAY - timedelta(days=1)) == []
    assert ending(old, [], None, TODAY) == []


def test_a_version_that_loses_its_releases_ends_where_no_up_fills_the_file(old: Product) -> None:
    before = TODAY - timedelta(days=1)
    assert ending(old, SAFE, ["v1"], before) == ["v2"]
    assert ending(old, SAFE, None, before) == []


def test_a_version_that_nobody_calls_may_end_after_its_notice(old: Product) -> None:
    assert list(objections(old, "v1", SAFE, NOBODY, TODAY)) == []


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        (
            {
                "figures": Figures(
                    at=NOW, days=30, calls=(Called(consumer="rebooking", version="v1", rows=1204, last=NOW),)
                )
            },
            "rebooking called it: 1,204 rows, the last at 2026-11-30 12:00 UTC",
        ),
        ({"figures": None}, "is not known: run `sixfold users flight-delays --days 30`"),
        ({"figures": Figures(at=NOW, days=7)}, "is not known"),
        ({"today": date(2026, 9, 1)}, "promised 90 days to move, and have had 31"),
        ({"version": "v2"}, "it was never deprecated"),
        ({"entries": _ledger("v1=a", "v1=a v2=b")}, "a rollback would bring it back: entry 1"),
    ],
)
def test_a_version_may_not_end_for_each_reason_by_itself(old: Product, change: dict[str, Any], objection: str) -> None:
    given = {"version": "v1", "entries": SAFE, "figures": NOBODY, "today": TODAY, **change}
    said = list(objections(old, **given))
    assert [objection in each for each in said].count(True) == 1, said


def test_calls_of_long_ago_of_other_versions_and_of_our_own_programs_keep_none_alive(old: Product) -> None:
    changes = {"version": "v2"}, {"consumer": "sixfold"}, {"last": NOW - timedelta(days=31)}
    calls = tuple(CALL.model_copy(update=change) for change in changes)
    assert list(objections(old, "v1", SAFE, Figures(at=NOW, days=400, calls=calls), TODAY)) == []


def test_a_version_without_objections_may_end_everywhere(old: Product) -> None:
    require_may_end(old, "v1", [], forced=False, protected=True)


def test_force_ends_a_version_only_without_deletion_protection(old: Product) -> None:
    require_may_end(old, "v1", ["somebody calls it"], forced=True, protected=False)
    with pytest.raises(SixfoldError, match=r"somebody calls it\n.*cannot be forced"):
        require_may_end(old, "v1", ["somebody calls it"], forced=True, protected=True)


def test_a_refusal_says_how_to_force_it_where_that_is_possible(old: Product) -> None:
    with pytest.raises(SixfoldError, match=r"v1 may not end: somebody calls it\n.*--retire flight-delays/v1"):
        require_may_end(old, "v1", ["somebody calls it"], forced=False, protected=False)


def test_figures_that_are_old_damaged_or_missing_are_none(tmp_path: Any) -> None:
    path = place(tmp_path, "local", "flight-delays")
    assert known(path, NOW) is None
    keep(path, NOBODY)
    assert (known(path, NOW), known(path, NOW + timedelta(seconds=1))) == (NOBODY, None)
    path.write_text("{")
    assert known(path, NOW) is None
