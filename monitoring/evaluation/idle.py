"""How long each consumer of a product has asked for nothing: the contract knows it, and nobody may need it any more."""

from datetime import datetime, timedelta

import polars as pl

from models.aws import open_catalog, open_table
from monitoring.scanning import frames
from sixfold import prediction_log as log
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs

WINDOW = timedelta(days=35)
"""The log is looked at so far back; `ConsumerSilent` fires at 30 days."""


class Idle:
    """Looks at the prediction log again and again, and reads each of its files once."""

    def __init__(self, platform: PlatformRefs, product: Product) -> None:
        self._names = [consumer.name for consumer in product.consumers]
        self._table = platform.databases.predictions, product.package
        self._catalog = open_catalog(platform)
        self._last: dict[str, datetime] = {}
        self._first: datetime | None = None
        self._read: set[str] = set()

    def seconds(self, now: datetime) -> dict[str, float]:
        """Return the seconds since the last call of each consumer of the contract; empty before the first prediction.

        A consumer that never called is idle since the first prediction of anybody within `WINDOW`.
        """
        if table := open_table(self._catalog, self._table):
            scan = table.scan(f"{log.LOGGED_AT} >= '{(now - WINDOW).isoformat()}'", (log.CONSUMER, log.LOGGED_AT))
            files = {task.file.file_path: task for task in scan.plan_files()}
            for part in frames(scan, [task for path, task in files.items() if path not in self._read]):
                self._take(part)
            self._read = set(files)
        if self._first is None:
            return {}
        return {name: (now - self._last.get(name, self._first)).total_seconds() for name in self._names}

    def _take(self, part: pl.DataFrame) -> None:
        moment = pl.col(log.LOGGED_AT)
        for name, first, last in part.group_by(log.CONSUMER).agg(moment.min(), moment.max().alias("last")).iter_rows():
            self._first = min(first, self._first or first)
            self._last[name] = max(last, self._last.get(name, last))
