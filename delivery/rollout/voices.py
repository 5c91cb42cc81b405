"""Whose word a decision rests on: no consumer alone may steer it. Pure.

The label table is nobody's word. A consumer has two ways to shape the evidence: it chooses the rows that it asks about,
and where the contract lets it, it tells labels. Both are capped by its `label_share`, and a verdict must not depend on
either: `doubts` are the evidence without the word of one consumer, and without its predictions.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import polars as pl

from sixfold.consumers import Consumer
from sixfold.contract import Product

_LABELLED = pl.col("label").is_not_null()
_TOLD = pl.col("told") & _LABELLED


class Doubt(NamedTuple):
    """The rows without a consumer's feedback, or (`own`) without its predictions."""

    consumer: str
    own: bool
    rows: pl.DataFrame


class Capped(NamedTuple):
    """The rows that may count, and how many rows of each consumer were beyond its `label_share`."""

    rows: pl.DataFrame
    left_out: Counter[str]


def cap(product: Product, rows: pl.DataFrame) -> Capped:
    """Leave out what is beyond each consumer's `label_share`: of the labels its feedback, of the rows its predictions.

    Predictions with a label and those without are capped apart: whoever asks about rows that never get a label neither
    lowers the coverage alone, nor crowds out labels.

    Labels of the label table are nobody's word, and the predictions of an only consumer are compared with no other's:
    neither is capped. The rows that stay are chosen by their id, which the service draws.

    Args:
        product: its contract.
        rows: compared predictions with `id`, `consumer`, `label` and `told`.

    """
    shares = {consumer.name: consumer.label_share for consumer in product.consumers}
    table = rows.filter(_LABELLED, ~pl.col("told")).height
    kept = _first(rows, _TOLD, lambda told: within(told, shares, table))
    for part in (_LABELLED, ~_LABELLED) if len(shares) > 1 else ():
        kept = _first(kept, part, lambda asked: within(asked, shares))
    return Capped(kept, _counts(rows) - _counts(kept))


def within(counts: Mapping[str, int], shares: Mapping[str, float], rest: int = 0) -> dict[str, int]:
    """Return the largest counts at which no name has more than its share of the total, the rest included."""
    total = sum(counts.values()) + rest
    while True:
        allowed = {name: min(count, math.floor(shares[name] * total + 1e-9)) for name, count in counts.items()}
        if sum(allowed.values()) + rest == total:
            return allowed
        total = sum(allowed.values()) + rest


def without_feedback(product: Product, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without those whose label is only the word of a consumer that is not trusted like the table."""
    return rows.filter(~(pl.col("consumer").cast(pl.String).is_in([each.name for each in _doubted(product)]) & _TOLD))


def doubts(product: Product, rows: pl.DataFrame) -> Iterator[Doubt]:
    """Yield the rows without each consumer whose word is not trusted like the label table."""
    for consumer in _doubted(product):
        its = pl.col("consumer").cast(pl.String) == consumer.name
        if rows.filter(its & _TOLD).height:
            yield Doubt(consumer.name, own=False, rows=rows.filter(~(its & _TOLD)))
        if len(product.consumers) > 1 and rows.filter(its).height:
            yield Doubt(consumer.name, own=True, rows=rows.filter(~its))


def _doubted(product: Product) -> list[Consumer]:
    return [consumer for consumer in product.consumers if consumer.label_share < 1]


def _first(rows: pl.DataFrame, of: pl.Expr, allow: Callable[[Mapping[str, int]], dict[str, int]]) -> pl.DataFrame:
    """Leave out rows `of` a kind that are beyond the allowed number of their consumer."""
    counts = _counts(rows.filter(of))
    allowed = allow(counts)
    if all(allowed[name] == count for name, count in counts.items()):
        return rows
    place = pl.when(of).then(pl.col("id").rank("ordinal").over("consumer", of))
    most = pl.col("consumer").cast(pl.String).replace_strict(allowed, default=0, return_dtype=pl.UInt32)
    return rows.filter(place.fill_null(0) <= most)


def _counts(rows: pl.DataFrame) -> Counter[str]:
    return Counter(dict(rows.group_by(pl.col("consumer").cast(pl.String)).len().iter_rows()))
