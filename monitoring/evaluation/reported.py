"""Reported predictions of the last day, by slice: a cluster of them alerts the owner long before any label.

Reports of consumers that the contract does not name count in no figure, and several reports of one prediction count
once: nobody makes a cluster by repeating itself.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from models.aws import open_catalog, open_table
from monitoring.evaluation.cells import OTHER, Trained
from sixfold import prediction_log as log
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.release import SHORT

if TYPE_CHECKING:
    from pyiceberg.table import Table

DAY = timedelta(days=1)
PREDICTED_WITHIN = timedelta(days=8)
"""Predictions that were logged earlier are not looked for: a log of a year would be read for them at each look."""
LOOK_AGAIN = timedelta(minutes=10)
MOST = 10_000
"""So many reported predictions are looked at, the newest ones."""


class Reported(NamedTuple):
    """Reported predictions with one value of a slice; both are empty for all of them together."""

    slice: str
    value: str
    predictions: int


class Reports:
    """Counts reported predictions; tables are read again when they have changed, or after ten minutes.

    Args:
        platform: where the lake is.
        product: whose reports.
        trained: the values of slices that each release saw in training; others count as `other`.

    """

    def __init__(self, platform: PlatformRefs, product: Product, trained: Trained) -> None:
        self._product, self._trained = product, trained
        self._places = [
            (platform.databases.predictions, product.package),
            platform.table(product.package, log.REPORTS_TABLE),
        ]
        self._catalog = open_catalog(platform)
        self._last: tuple[int | None, datetime, list[Reported]] | None = None

    def count(self, now: datetime) -> list[Reported]:
        """Return the reported predictions of the day before `now`; nothing where no consumer ever reported."""
        reports = self._table(1)
        if reports is None:
            return []
        snapshot = getattr(reports.current_snapshot(), "snapshot_id", None)
        if self._last and self._last[0] == snapshot and now - self._last[1] < LOOK_AGAIN:
            return self._last[2]
        found = self._count(self._ids(reports, now - DAY), now)
        self._last = snapshot, now, found
        return found

    def _ids(self, reports: "Table", since: datetime) -> list[str]:
        later = f"{log.TIME} >= '{since.isoformat()}'"
        columns = (log.TIME, log.PREDICTION_ID, log.CONSUMER)
        names = {consumer.name for consumer in self._product.consumers}
        rows = reports.scan(later, selected_fields=columns).to_arrow().to_pylist()
        heard = sorted((row[log.TIME], row[log.PREDICTION_ID]) for row in rows if row[log.CONSUMER] in names)
        return list(dict.fromkeys(each for _, each in reversed(heard)))[:MOST]

    def _count(self, ids: list[str], now: datetime) -> list[Reported]:
        from pyiceberg.expressions import And, GreaterThanOrEqual, In  # noqa: PLC0415 - see serving.lake

        found, table = Counter({("", ""): len(ids)}), self._table(0)
        if ids and table:
            logged = GreaterThanOrEqual(term=log.LOGGED_AT, value=(now - PREDICTED_WITHIN).isoformat())
            columns = (log.PREDICTION_ID, log.RELEASE, log.ENTITIES, log.SHADOW)
            only = And(logged, In(term=log.PREDICTION_ID, literals=ids))
            rows = table.scan(only, selected_fields=columns).to_arrow().to_pylist()
            answered = {row[log.PREDICTION_ID]: row for row in rows if not row[log.SHADOW]}
            found.update(each for row in answered.values() for each in self._values(row))
        return [Reported(*where, number) for where, number in sorted(found.items())]

    def _values(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        known, entities = self._trained(row[log.RELEASE][:SHORT]), json.loads(row[log.ENTITIES])
        for name in self._product.metric.slices:
            value = entities.get(name)
            yield name, value if value in known.get(name, ()) else OTHER

    def _table(self, place: int) -> "Table | None":
        return open_table(self._catalog, self._places[place])
