import json
import shutil
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sixfold.errors import SixfoldError
from sixfold.outputs import PlatformRefs
from sixfold.registry import envelope
from sixfold.registry.ledger import (
    Compared,
    Decision,
    Entry,
    Ledger,
    Numbers,
    Versions,
)
from sixfold.registry.ledger_files import LedgerFiles
from sixfold.stack import Pin
from tests.conftest import make_signing_keys

BY_HAND = Decision(by="ada", verdict="release", reason="by hand")
FIRST: Versions = {"v1": (Pin(release="a" * 64),)}
SECOND: Versions = {"v1": (Pin(release="b" * 64),)}


@pytest.fixture
def ledger(platform: PlatformRefs, tmp_path: Path) -> Ledger:
    return Ledger(platform, tmp_path / "home")


def _record(ledger: Ledger, versions: Versions, decision: Decision = BY_HAND) -> Entry:
    return ledger.record("flight-delays", versions, "features", decision)


def test_entries_come_back_in_order_with_the_numbers_that_decided(ledger: Ledger) -> None:
    judged = Decision(by="rollout", verdict="promote", reason="no worse", numbers=Numbers(gain=0.01, labelled=800))
    written = [_record(ledger, FIRST), _record(ledger, SECOND, judged)]
    assert ledger.entries("flight-delays") == written
    assert [entry.number for entry in written] == [1, 2]


def test_what_is_live_already_is_not_written_twice(ledger: Ledger) -> None:
    assert _record(ledger, FIRST) == _record(ledger, FIRST)
    assert len(ledger.entries("flight-delays")) == 1


def test_two_people_at_once_both_get_an_entry(
    platform: PlatformRefs, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, put = Ledger(platform, tmp_path / "other"), LedgerFiles.put

    def overtaken(files: LedgerFiles, entry: Entry, body: bytes) -> bool:
        monkeypatch.setattr(LedgerFiles, "put", put)
        _record(other, SECOND)  # after the first one read
        return put(files, entry, body)

    monkeypatch.setattr(LedgerFiles, "put", overtaken)
    assert _record(ledger, FIRST).number == 2
    assert [entry.versions for entry in other.entries("flight-delays")] == [SECOND, FIRST]


def test_what_was_live_at_a_moment_is_the_last_entry_before_it(ledger: Ledger) -> None:
    first, second = _record(ledger, FIRST), _record(ledger, SECOND)
    assert ledger.live_at("flight-delays", second.at - timedelta(microseconds=1)) == first
    assert ledger.live_at("flight-delays", datetime.now(UTC)) == second


def test_before_the_first_entry_nothing_was_live(ledger: Ledger) -> None:
    first = _record(ledger, FIRST)
    with pytest.raises(SixfoldError, match="nothing at or before"):
        ledger.live_at("flight-delays", first.at - timedelta(seconds=1))


def test_an_aws_that_forgot_gets_the_entries_back(ledger: Ledger, bucket: Any) -> None:
    written = [_record(ledger, FIRST), _record(ledger, SECOND)]
    bucket.objects.delete()
    assert ledger.restore("flight-delays") == 2
    assert len(list(bucket.objects.filter(Prefix="ledger/test/flight-delays/"))) == 2
    assert ledger.entries("flight-delays") == written


def test_another_machine_reads_and_copies_what_it_did_not_write(
    platform: PlatformRefs, ledger: Ledger, bucket: Any, tmp_path: Path
) -> None:
    written = _record(ledger, FIRST)
    other = Ledger(platform, tmp_path / "other")
    assert other.restore("flight-delays") == 0
    bucket.objects.delete()
    assert other.entries("flight-delays") == [written]


def test_an_entry_that_was_changed_is_refused(ledger: Ledger, bucket: Any) -> None:
    _record(ledger, FIRST)
    key = "ledger/test/flight-delays/000001.json"
    sealed = envelope.read(bucket.Object(key).get()["Body"].read())
    assert sealed
    bucket.put_object(Key=key, Body=sealed.payload.replace(b"ada", b"bob"))
    with pytest.raises(SixfoldError, match="is not the ledger entry that was written"):
        ledger.entries("flight-delays")


def test_a_copy_that_was_lost_loses_nothing(ledger: Ledger, tmp_path: Path) -> None:
    written = _record(ledger, FIRST)
    shutil.rmtree(tmp_path / "home")
    assert ledger.entries("flight-delays") == [written]


OLDER = """{"number": 1, "at": "2026-11-01T00:00:00Z", "product": "flight-delays", "versions": {}, "feature_hash": "f",
"decision": {"by": "rollout", "verdict": "promote", "reason": "no worse", "numbers": {"roc_auc": 0.74,
"live_roc_auc": 0.73, "gain": 0.01, "labelled": 812.0, "failed": 0.0}}}"""


def test_an_entry_of_an_older_version_is_read_and_copied_as_it_was_written(
    ledger: Ledger, bucket: Any, tmp_path: Path
) -> None:
    key = "ledger/test/flight-delays/000001.json"
    bucket.put_object(Key=key, Body=OLDER.encode())
    with pytest.raises(SixfoldError, match=r"(?s)not signed entry 1.*sixfold sign flight-delays"):
        ledger.restore("flight-delays")
    ledger.vouch("flight-delays", BY_HAND)
    ledger.restore("flight-delays")
    entry, _ = ledger.entries("flight-delays")
    metric = Compared(name="roc_auc", candidate=0.74, live=0.73)
    assert entry.decision.numbers == Numbers(metric=metric, gain=0.01, labelled=812, failed=0)
    assert (tmp_path / "home" / key).read_text() == OLDER
    bucket.objects.delete()
    assert ledger.restore("flight-delays") == 2
    assert ledger.entries("flight-delays")[0] == entry


def test_a_decision_without_evidence_has_no_numbers_in_its_json(ledger: Ledger, bucket: Any) -> None:
    _record(ledger, FIRST)
    sealed = envelope.read(bucket.Object("ledger/test/flight-delays/000001.json").get()["Body"].read())
    assert sealed
    assert json.loads(sealed.payload)["decision"]["numbers"] == {}


def _forge(bucket: Any, name: str, **changes: object) -> None:
    entry = {"number": 1, "at": "2026-11-01T00:00:00Z", "product": "flight-delays", "versions": {}, "feature_hash": "f"}
    decision = {"by": "eve", "verdict": "release", "reason": "forged"}
    body = json.dumps({**entry, "decision": decision, **changes}).encode()
    bucket.put_object(Key=f"ledger/test/flight-delays/{name}.json", Body=body)


@pytest.mark.parametrize(
    ("name", "changes", "told"),
    [
        ("000003", {"number": 3}, "entry 2 is missing"),
        ("999999", {"number": 999_999}, "entry 2 is missing"),
        ("000002", {"number": 1}, "holds entry 1"),
        ("000002", {"number": 2, "product": "daily-high"}, "holds entry 2 of daily-high"),
        ("000002", {"number": 2, "at": "2026-11-01T00:00:00Z"}, "older than the entry before"),
        ("000002", {"number": 2, "at": "2099-01-01T00:00:00Z"}, "of the future"),
        ("000002", {"number": 2, "at": "0001-01-01T00:00:00+14:00"}, "cannot be read"),
        ("000002", {"number": 2, "at": "NOW"}, "has not signed entry 2"),
        ("000002", {"number": 2, "at": "NOW", "before": "0" * 64}, "follows other entries"),
    ],
)
def test_an_entry_that_nobody_of_ours_wrote_stops_the_reading(
    ledger: Ledger, bucket: Any, name: str, changes: dict[str, object], told: str
) -> None:
    _record(ledger, FIRST)
    _forge(bucket, name, **changes | ({"at": datetime.now(UTC).isoformat()} if changes.get("at") == "NOW" else {}))
    with pytest.raises(SixfoldError, match=told):
        ledger.entries("flight-delays")


def test_a_signature_speaks_for_all_entries_before_it(
    platform: PlatformRefs, ledger: Ledger, bucket: Any, tmp_path: Path
) -> None:
    for versions in (FIRST, SECOND, FIRST):
        _record(ledger, versions)
    key = "ledger/test/flight-delays/000002.json"
    sealed = json.loads(bucket.Object(key).get()["Body"].read())
    forged = b64decode(sealed["payload"]).replace(b"by hand", b"by Hand")
    bucket.put_object(Key=key, Body=json.dumps(sealed | {"payload": b64encode(forged).decode()}))
    with pytest.raises(SixfoldError, match="entry 3 follows other entries"):
        Ledger(platform, tmp_path / "elsewhere").entries("flight-delays")


def test_an_entry_signed_for_another_stack_is_none_of_this_one(
    platform: PlatformRefs, ledger: Ledger, bucket: Any, tmp_path: Path
) -> None:
    dev = platform.model_copy(update={"stack": "dev"})
    make_signing_keys(dev)
    _record(Ledger(dev, tmp_path / "dev"), SECOND)
    body = bucket.Object("ledger/dev/flight-delays/000001.json").get()["Body"].read()
    bucket.put_object(Key="ledger/test/flight-delays/000001.json", Body=body)
    with pytest.raises(SixfoldError, match="has not signed entry 1"):
        ledger.entries("flight-delays")


def test_a_signed_ledger_needs_nobody_to_vouch_for_it(ledger: Ledger) -> None:
    _record(ledger, FIRST)
    assert ledger.vouch("flight-delays", BY_HAND) is None
    assert len(ledger.entries("flight-delays")) == 1
