"""Use of a product by its consumers, counted from the prediction log: rows, fallbacks, entities and the last call.

The log knows each consumer by the key that it showed, and keeps what was asked for longer than any metric does. Copies
between releases do not count, and neither do calls of the platform's own programs. Time is that of the machine: a
replay of last year's requests is use of today.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

import polars as pl

from models.aws import open_catalog, open_table
from monitoring.scanning import frames
from sixfold import prediction_log as log
from sixfold.consumers import PLATFORM
from sixfold.contract import Product
from sixfold.outputs import PlatformRefs
from sixfold.release import SHORT

_COLUMNS = (
    *(log.CONSUMER, log.API_VERSION, log.RELEASE, log.ENTITIES),
    *(log.FALLBACK, log.SHADOW, log.LOGGED_AT),
)
_BY = [log.CONSUMER, log.API_VERSION, log.RELEASE]


class Use(NamedTuple):
    """Use of one release of an API version by one consumer. `entities`: distinct keys asked for, by entity."""

    consumer: str
    version: str
    release: str
    rows: int
    fallbacks: int
    last: datetime
    entities: dict[str, int]


def usage(platform: PlatformRefs, product: Product, since: datetime) -> list[Use]:
    """Return the use of a product from a moment on, by consumer, API version and release; none where none was logged.

    Memory holds one batch of rows and the distinct entities, not the log.
    """
    table = open_table(open_catalog(platform), (platform.databases.predictions, product.package))
    if table is None:
        return []
    parts = frames(table.scan(f"{log.LOGGED_AT} >= '{since.isoformat()}'", _COLUMNS))
    return sorted(tallied(parts), key=lambda use: (use.consumer, use.version, use.release))


def tallied(parts: Iterable[pl.DataFrame]) -> Iterator[Use]:
    """Add up the use in parts of the log, whose columns are `_COLUMNS`."""
    counts, asked = [], []
    for part in parts:
        rows = part.filter(~pl.col(log.SHADOW).fill_null(value=False), pl.col(log.CONSUMER) != PLATFORM)
        counts.append(rows.group_by(_BY).agg(pl.len(), pl.col(log.FALLBACK).sum(), pl.col(log.LOGGED_AT).max()))
        asked.append(rows.select(*_BY, log.ENTITIES).unique())
    if not counts:
        return
    sums = pl.concat(counts).group_by(_BY).agg(pl.col("len", log.FALLBACK).sum(), pl.col(log.LOGGED_AT).max())
    entities = _entities(pl.concat(asked).unique())
    for row in sums.iter_rows(named=True):
        who = row[log.CONSUMER], row[log.API_VERSION], row[log.RELEASE][:SHORT]
        of = entities.get((row[log.CONSUMER], row[log.API_VERSION], row[log.RELEASE]), {})
        yield Use(*who, row["len"], row[log.FALLBACK], row[log.LOGGED_AT], of)


def _entities(asked: pl.DataFrame) -> dict[tuple[str, ...], dict[str, int]]:
    """Return the number of distinct keys by entity, for each consumer, version and release."""
    first = asked.unique(log.RELEASE)[log.ENTITIES]
    names = sorted({name for each in first for name in json.loads(each)})
    given = pl.col(log.ENTITIES).str.json_decode(pl.Struct(dict.fromkeys(names, pl.String)))
    counted = asked.group_by(_BY).agg(given.struct.field(name).drop_nulls().n_unique() for name in names)
    return {tuple(row[by] for by in _BY): {name: row[name] for name in names} for row in counted.iter_rows(named=True)}
