"""The as-of join: each prediction with the label that was known at a moment. Pure: frames in, frames out.

Ids and keys are 64-bit hashes of the text: ten million of them collide with a chance of 3 in a million, and take a
third of the memory.
"""

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from monitoring.evaluation.copies import ODD
from sixfold import prediction_log as log
from sixfold.contract import Label, Product
from sixfold.drift import score_of
from sixfold.release import SHORT
from sixfold.tasks import Task

CATEGORY = pl.Categorical()
"""Of what has few values: a number each in memory, a text to whoever asks."""
_MOMENT = pl.Datetime("us", "UTC")
ODDITIES = ("prediction_unknown", "feedback_unknown", "label_invalid")
"""Kinds of rows that are in the lake and do not count."""
_ODD = pl.Enum(ODDITIES)
_TYPES: dict[str, Any] = {
    "string": pl.String,
    "time": _MOMENT,
    "double": pl.Float64,
    "bool": pl.Boolean,
    "doubles": pl.List(pl.Float64),
}


def needed(task: Task) -> dict[str, Any]:
    """Return the columns of the log that the join needs, with their types in polars."""
    about = (log.PREDICTION_ID, log.API_VERSION, log.RELEASE, log.CONSUMER, log.ENTITIES)
    names = (*about, log.LABEL_KEY, log.TIME, log.SHADOW)
    return {name: _TYPES[log.PREDICTIONS[name]] for name in (*names, task.score_column)}


def sampled(task: Task) -> tuple[str, ...]:
    """Return the columns of the log that drift is measured by."""
    return (log.TIME, log.API_VERSION, log.RELEASE, log.CONSUMER, task.score_column, log.FEATURES)


class Joined(NamedTuple):
    """Predictions with the label of each, null while it is not known.

    `rows` have `id`, `key`, `time`, `api_version`, `release` (the whole digest), `consumer`, `score`, `shadow`, the
    slices, `label`, `known_at`, `told` (the label is feedback) and `due` (its label should be there by now). `counts`
    are what was found wrong, by name. `changes_at` is the first moment at which the same rows and labels will say
    something else; None: never.
    """

    rows: pl.DataFrame
    counts: dict[str, int]
    changes_at: datetime | None


def consumers_of(product: Product) -> pl.Enum:
    """Return the type of a column of consumers: a byte each, null for one that the contract does not name."""
    return pl.Enum([consumer.name for consumer in product.consumers])


def compact(task: Task, raw: pl.DataFrame, slices: Sequence[str], consumers: pl.Enum) -> pl.DataFrame:
    """Return logged predictions without what the join does not need; those of unknown consumers are odd."""
    consumer = pl.col(log.CONSUMER).cast(consumers, strict=False)
    entities = pl.col(log.ENTITIES).str.json_decode(pl.Struct(dict.fromkeys(slices, pl.String)))
    given = raw.select(pl.col(log.ENTITIES).unique()).with_columns(
        entities.struct.field(name).cast(CATEGORY).alias(f"of {name}") for name in slices
    )  # many rows have the same entities, and decoding them is the most expensive part
    return raw.join(given, on=log.ENTITIES, how="left", nulls_equal=True, maintain_order="left").select(
        pl.col(log.PREDICTION_ID).hash().alias("id"),
        _hashed(log.LABEL_KEY).alias("key"),
        pl.col(log.TIME).cast(_MOMENT),
        pl.col(log.API_VERSION).cast(CATEGORY),
        pl.col(log.RELEASE).cast(CATEGORY),
        consumer.alias("consumer"),
        pl.col(task.score_column).alias("score"),
        pl.col(log.SHADOW).fill_null(value=False),
        *(pl.col(f"of {name}").alias(name) for name in slices),
        _odd({"prediction_unknown": consumer.is_null()}),
    )


def _odd(kinds: dict[str, pl.Expr]) -> pl.Expr:
    """Return the first kind of oddity of which the condition holds, null for a row that counts."""
    return pl.coalesce(
        [pl.when(holds).then(pl.lit(kind, _ODD)) for kind, holds in kinds.items()] + [pl.lit(None, _ODD)]
    ).alias(ODD)


def _hashed(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null()).then(pl.col(name).hash())


def compact_labels(task: Task, raw: pl.DataFrame, names: Label) -> pl.DataFrame:
    """Return labels as `key`, `known_at`, `label`; one that the task does not have is odd."""
    return _known(task, raw, names).with_columns(_odd({"label_invalid": pl.col("label").is_null()}))


def compact_feedback(
    task: Task, raw: pl.DataFrame, names: Label, consumers: pl.Enum, tellers: Collection[str]
) -> pl.DataFrame:
    """Return feedback as labels with their `consumer`; of consumers that the contract gives no word, it is odd."""
    heard = pl.col("consumer").cast(pl.String).is_in(sorted(tellers)).fill_null(value=False)
    found = _known(task, raw, names, pl.col(log.CONSUMER).cast(consumers, strict=False).alias("consumer"))
    return found.with_columns(_odd({"feedback_unknown": ~heard, "label_invalid": pl.col("label").is_null()}))


def _known(task: Task, raw: pl.DataFrame, names: Label, *more: pl.Expr) -> pl.DataFrame:
    given = raw.drop_nulls([names.key, names.known_at, names.value])
    moment = pl.col(names.known_at).cast(_MOMENT).alias("known_at")
    return given.select(_hashed(names.key).alias("key"), moment, task.encode(given[names.value]).alias("label"), *more)


def attach(
    predictions: pl.DataFrame,
    labels: pl.DataFrame,
    feedback: pl.DataFrame,
    *,
    as_of: datetime,
    delay: timedelta,
    overrides: bool = False,
) -> Joined:
    """Give each prediction the newest label that was known at `as_of`.

    Args:
        predictions: as `compact` returns them; of those with the same id only the first counts.
        labels: as `compact_labels` returns them, by label key; several for a key are its history.
        feedback: as `compact_feedback` returns it, by prediction id. It counts for predictions of its own consumer.
        as_of: what is known later does not exist yet.
        delay: how long after its prediction a label should be there.
        overrides: where both know, the later word counts; otherwise the label table's.

    """
    distinct = predictions
    if predictions["id"].n_unique() < predictions.height:
        distinct = predictions.unique("id", keep="first", maintain_order=True)
    told = feedback.rename({"key": "id"}).join(distinct.select("id", of="consumer"), on="id")
    own = told.filter(pl.col("consumer") == pl.col("of")).drop("consumer", "of")
    history = pl.concat(
        [
            distinct.select("id", "key").join(labels, on="key").drop("key").with_columns(told=pl.lit(value=False)),
            own.with_columns(told=pl.lit(value=True)),
        ]
    )
    known = history.filter(pl.col("known_at") <= as_of)
    again, latest = known.clear(), known
    if known["id"].n_unique() < known.height:
        again = known.filter(pl.col("id").is_duplicated())
        order = ["known_at", "label"] if overrides else [~pl.col("told"), "known_at", "label"]
        latest = known.sort(order).unique("id", keep="last")
    label, by_feedback = pl.col("label"), pl.col("told")
    several = again.group_by("id").agg(
        corrected=(label.filter(by_feedback).n_unique() > 1) | (label.filter(~by_feedback).n_unique() > 1),
        disputed=by_feedback.any() & ~by_feedback.all() & (label.n_unique() > 1),
    )
    rows = distinct.join(latest, on="id", how="left").with_columns(due=pl.col("time") + delay <= as_of)
    early = pl.col("known_at") <= pl.col(
        "time"
    )  # known before it was predicted: a clock is wrong, or it is no forecast
    counts = {
        "prediction_twice": predictions.height - distinct.height,
        "label_twice": again.height - again.unique(["id", "known_at", "label"]).height,
        "label_corrected": several.filter("corrected").height,
        "label_before_prediction": rows.filter(early).height,
        "feedback_matched": told.height,
        "feedback_foreign": told.height - own.height,
        "feedback_twice": own.height - own["id"].n_unique(),
        "feedback_only": rows.filter("told").height,
        "feedback_overrides": several.filter("disputed").height,
        "prediction_in_future": rows.filter(pl.col("time") > as_of).height,
    }
    kept = rows.filter(pl.col("time") <= as_of, ~early.fill_null(value=False))
    return Joined(kept, counts, _changes_at(rows, history, as_of, delay))


def _changes_at(rows: pl.DataFrame, history: pl.DataFrame, as_of: datetime, delay: timedelta) -> datetime | None:
    moments = [
        *history.filter(pl.col("known_at") > as_of).select(pl.col("known_at").min()).to_series(),
        *rows.filter(~pl.col("due")).select(pl.col("time").min() + delay).to_series(),
        *rows.filter(pl.col("time") > as_of).select(pl.col("time").min()).to_series(),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def features(task: Task, raw: pl.DataFrame) -> pl.DataFrame:
    """Return the features as served, a column each, with `time`, `api_version`, `release` and the scores.

    These are `score`, or for each class `score of <class>`.
    """
    first = raw.drop_nulls(log.FEATURES).unique(log.RELEASE, keep="first")[log.FEATURES]
    names = {name for each in first for name in json.loads(each)}
    given = pl.col(log.FEATURES).str.json_decode(pl.Struct(dict.fromkeys(sorted(names), pl.Float64)))
    about = (
        pl.col(log.TIME).cast(_MOMENT),
        pl.col(log.API_VERSION),
        pl.col(log.RELEASE).str.slice(0, SHORT),
        *_scores(task),
    )
    return raw.select(*about, *(given.struct.field(name) for name in sorted(names)))


def _scores(task: Task) -> list[pl.Expr]:
    score = pl.col(task.score_column)
    if task.width == 1:
        return [score.alias(log.SCORE)]
    return [score.list.get(place, null_on_oob=True).alias(score_of(name)) for place, name in enumerate(task.classes)]
