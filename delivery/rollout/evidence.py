"""The evidence of a rollout: joined predictions from the lake, errors and latency from Prometheus."""

import logging
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

import polars as pl

from delivery.rollout.decision import Doubted, Quality, Requests, Seen
from delivery.rollout.sequential import Estimate, paired
from delivery.rollout.voices import cap, doubts, without_feedback
from monitoring.evaluation.copies import Listing
from monitoring.evaluation.join import attach
from monitoring.evaluation.source import Source, clock
from monitoring.prometheus import Prometheus, Sample
from sixfold.contract import Product
from sixfold.errors import SixfoldError
from sixfold.metric_names import ALL_REQUESTS, REQUEST_SECONDS_BUCKET, REQUEST_SECONDS_COUNT
from sixfold.outputs import PlatformRefs
from sixfold.release import SHORT
from sixfold.tasks import measure_of, values

WINDOWS = 4
"""Predictions of so many windows of the contract are looked at: a rollout that takes longer has other troubles."""

_log = logging.getLogger(__name__)
_KIND, _WHEN = "kind", "when"
"""Labels that tell the parts of one answer apart."""

NOTHING = Quality(0, 0, math.nan, math.nan, Estimate(math.nan, math.nan))


class Stage(NamedTuple):
    """A rollout under way: the API version, the release to be replaced, the candidate, and since when both score.

    `as_of` is the moment of whose knowledge labels and predictions are judged; None: the product's now.
    """

    version: str
    replaced: str
    candidate: str
    since: datetime
    as_of: datetime | None = None


def gather(platform: PlatformRefs, prometheus: Prometheus, product: Product, stage: Stage) -> Seen:
    """Return all evidence of a step.

    Raises:
        SixfoldError: the stack's Prometheus does not answer, or knows nothing of the beginning of the step.

    """
    counted = requests(prometheus, product, stage.version, stage.since)
    live, candidate = (counted.get(release[:SHORT], Requests()) for release in (stage.replaced, stage.candidate))
    rows = compared(Source(platform, product), product, stage)
    return weigh(product, rows)._replace(live=live, candidate=candidate)


def weigh(product: Product, rows: pl.DataFrame | None) -> Seen:
    """Return the metric on compared requests, each consumer's within its share: without their word, and with it."""
    if rows is None:
        return Seen(NOTHING)
    sure = without_feedback(product, rows)
    seen = _weigh(product, sure)
    return seen if sure.height == rows.height else seen._replace(with_feedback=_weigh(product, rows))


def _weigh(product: Product, rows: pl.DataFrame) -> Seen:
    kept, left_out = cap(product, rows)
    # One at a time, and only if the judgement asks: each measures all rows forty times.
    doubted = [(doubt.consumer, doubt.own, partial(quality, product, doubt.rows)) for doubt in doubts(product, kept)]
    return Seen(quality(product, kept), doubts=[Doubted(*doubt) for doubt in doubted], left_out=left_out)


def compared(source: Source, product: Product, stage: Stage) -> pl.DataFrame | None:
    """Return the requests of known consumers that both releases scored, with the labels that are known by then."""
    metric, files = product.metric, source.files()
    now = stage.as_of or clock(files, datetime.now(UTC))
    if now is None:
        return None
    since = (now - timedelta(hours=WINDOWS * metric.window_hours)).date()
    days = sorted({file.day for file in files if since <= file.day <= now.date()})
    if not days:
        return None
    both = pl.col("release").cast(pl.String).is_in([stage.replaced, stage.candidate])
    asked = pl.concat(part.filter(both) for day in days for part in source.log(day).rows_that_count())
    first = datetime.combine(days[0], datetime.min.time(), UTC)
    joined = attach(
        asked,
        _about(source.labels(first), asked["key"]),
        _about(source.feedback(first), asked["id"]),
        as_of=now,
        delay=timedelta(hours=metric.label_delay_hours),
        overrides=product.feedback.overrides_labels,
    )
    return pairs(joined.rows, stage.replaced, stage.candidate)


def _about(labels: Listing, keys: pl.Series) -> pl.DataFrame:
    """Read the labels with these keys, part by part: memory grows with the compared requests, not with the lake."""
    keys = keys.drop_nulls().unique()
    return pl.concat(part.filter(pl.col("key").is_in(keys.implode())) for part in labels.rows_that_count())


def pairs(rows: pl.DataFrame, live: str, candidate: str) -> pl.DataFrame:
    """Return the requests that both releases scored: same key, same moment. The rest of `rows` does not count.

    Args:
        rows: as `monitoring.evaluation.join.attach` returns them.
        live: the whole digest of the release that is to be replaced.
        candidate: that of the release that is to replace it.

    """
    request = ["key", "time"]
    old, new = (
        rows.filter(pl.col("release").cast(pl.String) == digest).unique(request, keep="first", maintain_order=True)
        for digest in (live, candidate)
    )
    # Feedback names the prediction that was answered, of whichever release.
    other = new.select(*request, candidate="score", label_too="label", told_too="told")
    return old.join(other, on=request).sort("time").select(
        "id", "consumer", "time", "due", "score", "candidate",
        label=pl.coalesce("label", "label_too"),
        told=pl.when(pl.col("label").is_null()).then(pl.col("told_too")).otherwise(pl.col("told")).fill_null(value=False),
    )  # fmt: skip


def quality(product: Product, rows: pl.DataFrame) -> Quality:
    """Return the product's metric of both releases on compared requests; nan where its own metric raises."""
    known = rows.filter(pl.col("label").is_not_null())
    labels, before, after = (values(known[name]) for name in ("label", "score", "candidate"))
    hours = known["time"].dt.epoch("s").to_numpy() // 3600
    unjudged = NOTHING._replace(labelled=known.height, due=rows.filter("due").height)
    try:
        measure = measure_of(product)
        return unjudged._replace(
            live=measure(labels, before),
            candidate=measure(labels, after),
            difference=paired(measure, labels, before, after, hours),
        )
    except Exception as error:  # noqa: BLE001 - code of a product's own; errors and latency are judged all the same
        _log.warning("cannot compute %s of %s: %r", product.metric.name, product.name, error)
        return unjudged


def requests(prometheus: Prometheus, product: Product, version: str, since: datetime) -> dict[str, Requests]:
    """Return the requests of each short release since a moment, mirrored ones included, as far as Prometheus knows.

    Raises:
        SixfoldError: the stack's Prometheus does not answer, or has forgotten that moment, or one may not ask it.

    """
    of = f'product="{product.name}",api_version="{version}"'
    asked = f'{{__name__=~"{ALL_REQUESTS}",{of},code=~"%s"}}'
    series = {
        "all": asked % "[25]..",
        "failed": asked % "5..",
        "timed": f"{REQUEST_SECONDS_COUNT}{{{of}}}",
        "fast": f'{REQUEST_SECONDS_BUCKET}{{{of},le="{product.slo.latency_ms / 1000}"}}',
    }
    now = datetime.now(UTC)
    samples = prometheus.query(_then_and_now(series, since, now), now)
    if samples and all(labels[_WHEN] == "now" for labels, _ in samples):  # whoever is replaced was there at that moment
        raise SixfoldError(
            f"Prometheus knows nothing of {product.name} {version} at {since:%Y-%m-%d %H:%M:%S} UTC: it is younger",
            remedy="run the same command again, a cluster has two; if neither knows, `sixfold rollback` and begin anew",
        )
    grown = growth(samples)
    return {
        release: Requests(
            all=grown["all", release],
            failed=grown["failed", release],
            slow=max(0, grown["timed", release] - grown["fast", release]),
        )
        for release in {release for kind, release in grown if kind == "all"}
    }


def _then_and_now(series: Mapping[str, str], since: datetime, now: datetime) -> str:
    """Return one query for the counters at a moment and for their last values since, those of deleted pods included.

    One, because on a cluster there are two Prometheus, and each asks its targets at moments of its own.
    """
    lasts, moment = max(1, math.ceil((now - since).total_seconds())), since.timestamp()
    return " or ".join(
        f'label_replace(label_replace({counters}, "{_KIND}", "{kind}", "", ""), "{_WHEN}", "{when}", "", "")'
        for kind, selector in series.items()
        for when, counters in (("now", f"last_over_time({selector}[{lasts}s])"), ("then", f"{selector} @ {moment}"))
    )


def growth(samples: Iterable[Sample]) -> Counter[tuple[str, str]]:
    """Return the increase of the counters by kind and release, each counter by itself.

    A release may have many pods, which come and go. A counter that is smaller now was started anew.
    """
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {"now": {}, "then": {}}
    for labels, value in samples:
        found[labels[_WHEN]][frozenset(labels.items() - {(_WHEN, labels[_WHEN])})] = value
    grown: Counter[tuple[str, str]] = Counter()
    for series, value in found["now"].items():
        before, labels = found["then"].get(series, 0), dict(series)
        grown[labels[_KIND], labels.get("release", "")] += int(value - before if value >= before else value)
    return grown
