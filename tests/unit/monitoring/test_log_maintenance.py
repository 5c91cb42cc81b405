import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyiceberg.table import Table
from pyiceberg.table.update import AddSnapshotUpdate

from models.aws import open_catalog, s3
from monitoring.evaluation.run import Evaluator
from monitoring.evaluation.source import Source
from monitoring.log_maintenance import tidy
from serving.tables import writer
from sixfold.contract import Log as Policy
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.prediction_log import FEEDBACK, PREDICTIONS, REPORTS, REPORTS_TABLE

Rows = Callable[..., list[dict[str, Any]]]
Log = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def flushed(log: Log, predictions: Rows) -> None:
    """A day's log as twenty flushes leave it."""
    rows = predictions(200)
    for start in range(0, 200, 10):
        log(rows[start : start + 10])


def logged(platform: PlatformRefs) -> Any:
    return open_catalog(platform).load_table(("predictions", "flight_delays"))


def figures(platform: PlatformRefs, product: Product) -> list[str]:
    found = Evaluator(product, Source(platform, product)).run(datetime.now(UTC))
    assert found
    return [each.model_dump_json() for each in found.figures]


@pytest.mark.usefixtures("flushed")
def test_many_small_files_become_one_and_say_the_same(
    platform: PlatformRefs, product: Product, tmp_path: Path, label: Log, landings: Rows, predictions: Rows
) -> None:
    label(landings(predictions(200), hours=2))
    rows, before = logged(platform).scan().to_arrow(), figures(platform, product)
    assert tidy(platform, product, tmp_path) == 20
    assert figures(platform, product) == before
    assert len(list(logged(platform).scan().plan_files())) == 1
    assert logged(platform).scan().to_arrow().sort_by("prediction_id").equals(rows.sort_by("prediction_id"))


@pytest.mark.usefixtures("flushed")
def test_what_is_written_meanwhile_is_kept(
    platform: PlatformRefs, product: Product, tmp_path: Path, log: Log, predictions: Rows
) -> None:
    later = [row | {"prediction_id": f"later {n}"} for n, row in enumerate(predictions(10))]
    threads = [threading.Thread(target=log, args=(later[n : n + 1],)) for n in range(10)]
    for thread in threads:
        thread.start()
    tidy(platform, product, tmp_path)
    for thread in threads:
        thread.join()
    assert logged(platform).scan().to_arrow().num_rows == 210


@pytest.mark.usefixtures("flushed")
def test_on_a_cluster_a_release_that_commits_first_does_not_stop_it(
    platform: PlatformRefs, product: Product, tmp_path: Path, predictions: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere, commit = writer(platform, tmp_path / "another machine", "flight_delays", PREDICTIONS), Table._do_commit
    first = iter(predictions(1, day=0, release="b" * 64))

    def overtaken(table: Table, updates: Any, requirements: Any) -> None:
        if any(isinstance(update, AddSnapshotUpdate) for update in updates) and (row := next(first, None)):
            elsewhere([row])  # no lock holds it up: it is not on this machine
        commit(table, updates, requirements)

    monkeypatch.setattr(Table, "_do_commit", overtaken)
    assert tidy(platform, product, tmp_path) == 20
    assert next(first, None) is None
    assert logged(platform).scan().to_arrow().num_rows == 201


def test_rows_go_after_their_time_and_replayed_ones_stay(
    platform: PlatformRefs, product: Product, tmp_path: Path, log: Log, predictions: Rows
) -> None:
    log([row | {"replayed": False} for row in predictions(50)])
    log(predictions(50, day=1))
    old = product.model_copy(update={"log": Policy(retention_days=30, personal=("entities",))})
    tidy(platform, old, tmp_path, datetime(2013, 10, 1, tzinfo=UTC) + timedelta(days=60))
    table = logged(platform)
    assert (table.scan().to_arrow().num_rows, table.properties["sixfold.personal-columns"]) == (50, "entities")


def test_what_was_fed_back_is_tidied_too(platform: PlatformRefs, product: Product, tmp_path: Path) -> None:
    tell = writer(platform, tmp_path, "feedback_flight_delays", FEEDBACK)
    about = {"product": "flight-delays", "api_version": "v1", "consumer": "c", "label": 1.0}
    for year in (2000, *[2026] * 16):
        tell([about | {"prediction_id": "a", "time": datetime(year, 1, 1, tzinfo=UTC)}])
    assert tidy(platform, product, tmp_path, datetime(2026, 1, 2, tzinfo=UTC)) == 16
    table = open_catalog(platform).load_table(("predictions", "feedback_flight_delays"))
    assert (table.scan().to_arrow().num_rows, len(list(table.scan().plan_files()))) == (16, 1)


def test_a_log_that_is_not_there_is_tidy(platform: PlatformRefs, product: Product, tmp_path: Path) -> None:
    assert tidy(platform, product, tmp_path) == 0


def test_no_object_of_the_lake_has_a_comment_that_is_older_than_the_log(
    platform: PlatformRefs, product: Product, tmp_path: Path
) -> None:
    now, database = datetime.now(UTC), platform.table(product.package, REPORTS_TABLE)
    say, about = writer(platform, tmp_path, database[1], REPORTS), {"product": "flight-delays", "consumer": "c"}
    for age in (399, *[0] * 16):
        row = {"report_id": str(age), "prediction_id": "a", "comment": f"by a person {age}"}
        say([about | row | {"time": now - timedelta(days=age)}])
    tidy(platform, product, tmp_path, now + timedelta(days=2))
    stored = s3(platform)
    keys = [each["Key"] for each in stored.list_objects_v2(Bucket=platform.lake_bucket)["Contents"]]
    bodies = {key: stored.get_object(Bucket=platform.lake_bucket, Key=key)["Body"].read() for key in keys}
    assert [key for key, body in bodies.items() if b"by a person 399" in body] == []
    assert len([key for key, body in bodies.items() if b"by a person 0" in body]) == 1
    table = open_catalog(platform).load_table(database)
    assert (table.scan().to_arrow().num_rows, table.properties["sixfold.personal-columns"]) == (16, "comment")
