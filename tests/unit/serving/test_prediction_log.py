import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table

from models.aws import open_catalog
from serving import prediction_log
from serving.prediction_log import BufferedLog, Counts
from serving.tables import writer
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import FEEDBACK

WRITER = """
import json, sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from prometheus_client import CollectorRegistry, Counter, Gauge
from serving.prediction_log import BufferedLog, Counts
from serving.tables import writer
from sixfold.prediction_log import FEEDBACK
from sixfold.outputs import PlatformRefs

own = {"registry": CollectorRegistry()}
counts = Counts(Counter("w", "", **own), Counter("s", "", **own), Gauge("p", "", **own))
platform = PlatformRefs.model_validate_json(sys.argv[1])
log = BufferedLog(writer(platform, Path(sys.argv[2]), "feedback_test", FEEDBACK), counts, flush_s=1)
while True:
    now = datetime.now(UTC)
    about = {"product": "p", "api_version": "v1", "consumer": "c", "label": 1.0}
    log.add([{"prediction_id": now.isoformat(), "time": now, **about}])
    print(now.isoformat(), flush=True)
    time.sleep(0.01)
"""


@pytest.fixture
def counts() -> Counts:
    registry = CollectorRegistry()
    written, shed = Counter("written", "", registry=registry), Counter("shed", "", registry=registry)
    return Counts(written, shed, Gauge("pending", "", registry=registry))


def rows(number: int) -> list[dict[str, Any]]:
    about = {"product": "p", "api_version": "v1", "consumer": "c", "label": 1.0, "time": datetime.now(UTC)}
    return [{"prediction_id": str(each), **about} for each in range(number)]


def test_a_flood_from_one_consumer_sheds_no_row_of_another(counts: Counts) -> None:
    hang = threading.Event()
    consumers = ("flood", "good", "unknown")
    log = BufferedLog(lambda _: hang.wait(30) and None, counts, consumers, flush_s=3600, max_pending=600)
    log.add([{"consumer": "flood"}] * 10_000)
    log.add([{"consumer": "good"}] * 100)
    log.add([{"consumer": "unknown"}] * 100)
    assert (counts.pending._value.get(), counts.shed._value.get()) == (600, 9_600)
    hang.set()
    log.close()


def in_lake(platform: PlatformRefs, table: str) -> list[str]:
    found = open_catalog(platform).load_table((platform.databases.predictions, table)).scan().to_arrow()
    return found["prediction_id"].to_pylist()


def value(metric: Any) -> float:
    return metric._value.get()


def test_a_graceful_stop_writes_what_is_pending(platform: PlatformRefs, counts: Counts, tmp_path: Path) -> None:
    log = BufferedLog(writer(platform, tmp_path, "feedback_test", FEEDBACK), counts, flush_s=60)
    log.add(rows(12_000))
    log.close()
    assert len(in_lake(platform, "feedback_test")) == 12_000
    assert (value(counts.written), value(counts.shed), value(counts.pending)) == (12_000, 0, 0)


def test_the_table_is_partitioned_by_day(platform: PlatformRefs, tmp_path: Path) -> None:
    writer(platform, tmp_path, "feedback_test", FEEDBACK)(rows(1))
    table = open_catalog(platform).load_table((platform.databases.predictions, "feedback_test"))
    assert [str(field.transform) for field in table.spec().fields] == ["day"]


def test_a_killed_process_loses_at_most_the_last_interval(platform: PlatformRefs, tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, platform.model_dump_json(), str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = [process.stdout.readline().strip() for _ in range(700)]  # type: ignore[union-attr] # it is a pipe
        process.send_signal(signal.SIGKILL)
    kept = in_lake(platform, "feedback_test")
    lost = [datetime.fromisoformat(each) for each in said if each not in set(kept)]
    assert len(kept) > 100
    assert lost, "a kill that loses nothing shows nothing"
    assert (max(lost) - min(lost)).total_seconds() < 1 + 2  # the interval, and the flush that was in progress


def test_a_slow_lake_sheds_rows_and_never_blocks(counts: Counts) -> None:
    slow = threading.Event()
    log = BufferedLog(lambda _: slow.wait(30) and None, counts, flush_s=0.01, max_pending=100)
    start = time.perf_counter()
    for _ in range(50):
        log.add(rows(10))
    assert time.perf_counter() - start < 1
    assert (value(counts.shed), value(counts.pending)) == (400, 100)
    slow.set()
    log.close()


def test_rows_wait_for_a_lake_that_is_away(counts: Counts) -> None:
    kept: list[Any] = []
    away = threading.Event()

    def write(some: Sequence[Any]) -> None:
        if not away.is_set():
            away.set()
            raise ConnectionError("no lake")
        kept.extend(some)

    log = BufferedLog(write, counts, flush_s=0.01)
    log.add(rows(7))
    assert away.wait(5)
    log.close()
    assert len(kept) == value(counts.written) == 7


def test_many_rows_do_not_wait_for_the_interval(counts: Counts) -> None:
    written = threading.Event()
    log = BufferedLog(lambda _: written.set(), counts, flush_s=3600)
    log.add(rows(prediction_log.FLUSH_ROWS))
    assert written.wait(5)
    log.close()


def test_writers_of_one_table_lose_nothing_to_each_other(platform: PlatformRefs, tmp_path: Path) -> None:
    writers = [writer(platform, tmp_path, "feedback_test", FEEDBACK) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda write: [write(rows(5)) for _ in range(3)], writers))
    assert len(in_lake(platform, "feedback_test")) == 4 * 3 * 5


def test_a_commit_that_another_overtook_is_tried_again(
    platform: PlatformRefs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append, refused = Table.append, []

    def overtaken(table: Table, *arguments: Any, **named: Any) -> None:
        if len(refused) < 2:
            refused.append(table)
            raise CommitFailedException("another was faster")
        append(table, *arguments, **named)

    monkeypatch.setattr(Table, "append", overtaken)
    writer(platform, tmp_path, "feedback_test", FEEDBACK)(rows(3))
    assert (len(refused), len(in_lake(platform, "feedback_test"))) == (2, 3)


def test_predictions_and_feedback_reach_the_lake(
    platform: PlatformRefs, client: Any, runtime: Any, row: dict[str, Any], as_consumer: Any
) -> None:
    client.headers.update(as_consumer("rebooking"))
    answer = client.post("/predict", json=row).json()
    client.post("/feedback", json={"prediction_id": answer["prediction_id"], "label": 0})
    runtime.close()
    table = open_catalog(platform).load_table((platform.databases.predictions, "flight_delays"))
    (logged,) = table.scan().to_arrow().to_pylist()
    assert (logged["prediction_id"], logged["release"], logged["consumer"]) == (
        answer["prediction_id"],
        "a" * 64,
        "rebooking",
    )
    assert json.loads(logged["entities"])["route"] == "JFK-LAX"
    assert logged["label_key"] == "20131201T1400Z-AA1-JFK"
    assert json.loads(logged["features"])["wind_speed"] == 9.0
    assert in_lake(platform, "feedback_flight_delays") == [answer["prediction_id"]]


def test_old_snapshots_go_and_rows_stay(
    platform: PlatformRefs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.lake._MAX_SNAPSHOTS", 3)
    monkeypatch.setattr("serving.lake._KEEP", timedelta(0))
    write = writer(platform, tmp_path, "feedback_test", FEEDBACK)
    for _ in range(6):
        write(rows(2))
    table = open_catalog(platform).load_table((platform.databases.predictions, "feedback_test"))
    assert len(table.snapshots()) <= 4
    assert len(in_lake(platform, "feedback_test")) == 12


def test_releases_with_different_columns_write_side_by_side(platform: PlatformRefs, tmp_path: Path) -> None:
    newer = {**FEEDBACK, "remark": "string"}
    for columns in (FEEDBACK, newer, FEEDBACK):
        writer(platform, tmp_path, "feedback_test", columns)([row | {"remark": "late"} for row in rows(1)])
    found = open_catalog(platform).load_table((platform.databases.predictions, "feedback_test")).scan().to_arrow()
    assert sorted(found["remark"].to_pylist(), key=str) == [None, None, "late"]
