"""Exports facts of the lake's tables to Prometheus: `python -m monitoring.exporter --port N`. One process a stack.

It asks Glue where the metadata of each table lies, and reads the files that changed: how many rows, and what the load
noted on its snapshot (https://iceberg.apache.org/spec/#snapshots). Tables that are not there yet have no series.
"""

import argparse
import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from models import aws
from monitoring.server import READY, run
from serving.settings import platform
from sixfold.metric_names import DISK_FREE, LAKE_REFRESHED, LOADED, QUARANTINE_RATE, QUARANTINED_ROWS, TABLE_ROWS
from sixfold.moments import moment_of
from sixfold.outputs import PlatformRefs, owner_of
from sixfold.prediction_log import PERSONAL_COLUMNS
from sixfold.wire import ENV_HOME

REFRESH_S = 15
_log = logging.getLogger("sixfold.exporter")


class Column(NamedTuple):
    """A column of a table, its type as Iceberg writes it."""

    name: str
    type: str
    required: bool


class TableFacts(NamedTuple):
    """Facts of one table of a product: `notes` are those of its last load, `properties` those of the table."""

    layer: str
    product: str
    table: str
    rows: int
    notes: Mapping[str, str]
    columns: tuple[Column, ...] = ()
    properties: Mapping[str, str] = {}

    @property
    def loaded(self) -> datetime | None:
        """The moment of its last load; None where that is not noted."""
        return moment_of(self.notes["loaded-at"]) if "loaded-at" in self.notes else None

    @property
    def personal(self) -> frozenset[str]:
        """Its columns with personal data, as far as they are declared."""
        return frozenset(self.properties.get(PERSONAL_COLUMNS, "").split(",")) - {""}


class LakeFacts:
    """Reads the facts of every table, and each version of a table's metadata only once."""

    def __init__(self, platform: PlatformRefs) -> None:
        self._layers = platform.databases.model_dump()
        self._glue, self._s3 = aws.glue(platform), aws.s3(platform)
        self._read: dict[str, TableFacts] = {}

    def facts(self) -> list[TableFacts]:
        """Return the present facts of each table."""
        self._read = {
            place: self._read.get(place) or self._facts(layer, table, place) for layer, table, place in self._tables()
        }
        return list(self._read.values())

    def _tables(self) -> Iterator[tuple[str, str, str]]:
        for layer, database in self._layers.items():
            try:
                for page in self._glue.get_paginator("get_tables").paginate(DatabaseName=database):
                    for table in page["TableList"]:
                        yield layer, table["Name"], table["Parameters"]["metadata_location"]
            except self._glue.exceptions.EntityNotFoundException:
                continue

    def _facts(self, layer: str, table: str, place: str) -> TableFacts:
        bucket, _, key = place.removeprefix("s3://").partition("/")
        metadata = json.loads(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        summary = current_summary(metadata)
        notes = {name.removeprefix("sixfold."): value for name, value in summary.items() if name.startswith("sixfold.")}
        rows, columns = int(summary.get("total-records", 0)), tuple(_columns(metadata))
        return TableFacts(layer, *owner_of(table), rows, notes, columns, metadata.get("properties", {}))


def current_summary(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the summary of the current snapshot in an Iceberg table's metadata; empty where nothing was written."""
    current = metadata.get("current-snapshot-id")
    for snapshot in metadata.get("snapshots", []):
        if snapshot["snapshot-id"] == current:
            return dict(snapshot.get("summary", {}))
    return {}


def _columns(metadata: Mapping[str, Any]) -> Iterator[Column]:
    """Yield the columns of the current schema (https://iceberg.apache.org/spec/#schemas-and-data-types)."""
    for schema in metadata.get("schemas", []):
        if schema["schema-id"] == metadata["current-schema-id"]:
            for field in schema["fields"]:
                kind = field["type"]
                yield Column(field["name"], kind if isinstance(kind, str) else kind["type"], field["required"])


class LakeCollector(Collector):
    """The facts of the tables as Prometheus metrics, and on one machine the disk under the stack's folder, `home`."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = home
        self.facts: list[TableFacts] = []
        self.refreshed: float | None = None

    def collect(self) -> Iterable[Metric]:
        """Return the metrics of the facts as they are now."""
        rows = GaugeMetricFamily(TABLE_ROWS, "Rows in a table", labels=("layer", "product", "table"))
        loaded = GaugeMetricFamily(LOADED, "When it was loaded", labels=("layer", "product", "table"))
        bad = GaugeMetricFamily(QUARANTINED_ROWS, "Rows that failed their contract", labels=("product", "table"))
        rate = GaugeMetricFamily(QUARANTINE_RATE, "Share of raw rows in quarantine", labels=("product", "table"))
        refreshed = GaugeMetricFamily(LAKE_REFRESHED, "When the lake was last looked at")
        for each in self.facts:
            place = (each.product, each.table)
            rows.add_metric((each.layer, *place), each.rows)
            if each.loaded:
                loaded.add_metric((each.layer, *place), each.loaded.timestamp())
            if each.layer == "quarantine" and "rows-raw" in each.notes:
                bad.add_metric(place, each.rows)
                rate.add_metric(place, each.rows / max(1, int(each.notes["rows-raw"])))
        if self.refreshed:
            refreshed.add_metric((), self.refreshed)
        return rows, loaded, bad, rate, refreshed, *self._disk()

    def _disk(self) -> Iterator[Metric]:
        if self._home:
            free = GaugeMetricFamily(DISK_FREE, "Free bytes where the stack's folder lies")
            free.add_metric((), shutil.disk_usage(self._home).free)
            yield free

    def refresh(self, read: Callable[[], list[TableFacts]]) -> None:
        """Read the facts; where that fails, the old ones stay, and so does the time of the refresh."""
        try:
            self.facts = read()
            self.refreshed = time.time()
        except Exception as error:  # noqa: BLE001 - a lake that is away must not end the process that says so
            _log.warning("cannot look at the lake: %s", error)


def create_app(collector: Collector) -> Starlette:
    """Return the application: /metrics and /readyz."""
    registry = CollectorRegistry()
    registry.register(collector)

    def metrics(_: Request) -> Response:
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def ready(_: Request) -> Response:
        return PlainTextResponse("ready\n")

    return Starlette(routes=[Route("/metrics", metrics), Route(READY, ready)])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m monitoring.exporter", description="Show the lake to Prometheus.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    given = parser.parse_args()
    home = os.environ.get(ENV_HOME)  # in a pod there is none
    collector, lake = LakeCollector(Path(home) if home else None), LakeFacts(platform())

    def keep_fresh() -> None:
        while True:
            collector.refresh(lake.facts)
            time.sleep(REFRESH_S)

    threading.Thread(target=keep_fresh, daemon=True).start()
    run(create_app(collector), host=given.host, port=given.port)


if __name__ == "__main__":
    main()
