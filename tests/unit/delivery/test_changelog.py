from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from delivery.changelog import changes_since, markdown
from models.candidate import Record as Candidacy
from sixfold.cases import Case, Expected
from sixfold.release import Changes, Record

OLD, NEW = "a" * 64, "b" * 64
CASE = Case(features={"x": 1.0}, expected=Expected(at_most=0.5), report="5e0f1a2b" * 4, reporter="rebooking")


def candidate(**given: Any) -> Any:
    about = {"features": (), "content": {}, "params": {}, "metrics": {}} | given
    return SimpleNamespace(record=Candidacy.model_construct(**about))


def record(changes: Changes | None) -> Record:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    facts = dict.fromkeys(("git_commit", "lock_hash", "feature_hash", "training_key"), "k")
    return Record(product="p", digest=NEW, created=now, snapshots={}, metrics={}, changes=changes, **facts)


def test_a_changelog_says_what_changed_and_whose_report_was_fixed() -> None:
    before = candidate(features=("a", "b"), content={"t": "1"}, params={"leaves": 7}, metrics={"auc": 0.7})
    now = candidate(features=("a", "c"), content={"t": "2"}, params={"leaves": 9}, metrics={"auc": 0.75})
    text = markdown([record(changes_since(before, OLD, now, {"storm": CASE}))])
    assert text == (
        "## 2026-11-30 · bbbbbbbbbbbb\n- compared with release aaaaaaaaaaaa\n- data: t\n- features: +c, -b\n"
        "- parameters: leaves 7 → 9\n- auc: 0.7000 → 0.7500\n- fixed: case storm, report 5e0f1a2b of rebooking\n\n"
    )


def test_a_release_is_the_same_after_whichever_live_release_it_was_published() -> None:
    assert record(None).says_the_same_as(record(Changes(since=OLD)))


def test_a_record_from_before_changes_were_noted_is_read() -> None:
    old = record(None).model_dump(mode="json", exclude={"changes"})
    assert Record.model_validate(old).changes is None
