from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from prometheus_client import CollectorRegistry, generate_latest

from models.aws import open_catalog
from monitoring.exporter import LakeCollector, LakeFacts
from sixfold.outputs import PlatformRefs

LOADED = datetime(2026, 11, 23, 12, tzinfo=UTC)


def write(platform: PlatformRefs, layer: str, table: str, rows: int, **notes: str) -> None:
    """Write a table as the data load does."""
    catalog, data = open_catalog(platform), pa.table({"id": list(range(rows))})
    made = catalog.create_table_if_not_exists((getattr(platform.databases, layer), table), data.schema)
    change = made.overwrite if made.current_snapshot() else made.append
    change(data, snapshot_properties={f"sixfold.{name}": value for name, value in notes.items()})


def exposed(lake: Any) -> str:
    collector, registry = LakeCollector(), CollectorRegistry()
    registry.register(collector)
    collector.refresh(lake.facts)
    return generate_latest(registry).decode()


def test_a_lake_without_tables_has_no_series(platform: PlatformRefs) -> None:
    text = exposed(LakeFacts(platform))
    assert "sixfold_table_rows{" not in text
    assert "sixfold_lake_refreshed_timestamp_seconds 1" in text


def test_rows_and_quarantine_are_those_of_the_last_load(platform: PlatformRefs) -> None:
    for quarantined in (9, 5):
        notes = {"rows-raw": "200", "loaded-at": LOADED.isoformat()}
        write(platform, "quarantine", "flight_delays__flights", quarantined, **notes)
    text = exposed(LakeFacts(platform))
    assert 'sixfold_table_rows{layer="quarantine",product="flight-delays",table="flights"} 5.0' in text
    assert 'sixfold_quarantined_rows{product="flight-delays",table="flights"} 5.0' in text
    assert 'sixfold_quarantine_rate{product="flight-delays",table="flights"} 0.025' in text


def test_the_time_of_the_load_is_exposed_to_the_second(platform: PlatformRefs) -> None:
    write(platform, "curated", "flights", 3, **{"loaded-at": LOADED.isoformat()})
    line = next(
        x for x in exposed(LakeFacts(platform)).splitlines() if x.startswith("sixfold_loaded_timestamp_seconds{")
    )
    assert float(line.rsplit(" ", 1)[1]) == LOADED.timestamp()


def test_a_table_that_changed_is_read_again(platform: PlatformRefs) -> None:
    lake = LakeFacts(platform)
    write(platform, "curated", "planes", 3)
    assert [each.rows for each in lake.facts()] == [3]
    write(platform, "curated", "planes", 4)
    assert [each.rows for each in lake.facts()] == [4]


def test_a_lake_out_of_reach_leaves_the_figures_and_their_age(platform: PlatformRefs) -> None:
    collector = LakeCollector()
    write(platform, "curated", "planes", 3)
    collector.refresh(LakeFacts(platform).facts)
    before = (collector.facts, collector.refreshed)
    collector.refresh(LakeFacts(platform.model_copy(update={"aws_endpoint": "http://127.0.0.1:9"})).facts)
    assert (collector.facts, collector.refreshed) == before


def test_on_one_machine_the_free_disk_is_exposed(tmp_path: Path) -> None:
    free = {metric.name: metric.samples[0].value for metric in LakeCollector(tmp_path).collect() if metric.samples}
    assert free["sixfold_disk_free_bytes"] > 0
    assert "sixfold_disk_free_bytes" not in {metric.name for metric in LakeCollector().collect()}
